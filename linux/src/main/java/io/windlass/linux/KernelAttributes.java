package io.windlass.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/** Owners, modes, times and extended attributes. A part of {@link Kernel}. */
interface KernelAttributes extends AttributeSyscalls {
    @Override
    default void fchownat(Fd directory, String name, int uid, int gid, int flags) {
        try (Call call = new Call(SystemCall.FCHOWNAT)) {
            call.run(name, directory.number(), Call.address(call.text(name)), uid, gid, flags | atFlags(name));
        }
    }

    @Override
    default void fchmodat(Fd directory, String name, int mode) {
        try (Call call = new Call(SystemCall.FCHMODAT2)) {
            long result = call.tryRun(directory.number(), Call.address(call.text(name)), mode, atFlags(name));
            if (-result == Errno.ENOSYS.number()) {
                changeModeByDescriptor(directory, name, mode);
            } else if (result < 0) {
                throw call.failure(name, (int) -result, "");
            }
        }
    }

    /** For kernels before 6.6, whose call for this follows symbolic links: it is given a link that leads to the open file. */
    static void changeModeByDescriptor(Fd directory, String name, int mode) {
        if (name.isEmpty()) {
            changeMode(directory, directory.toString(), mode);
            return;
        }
        Kernel kernel = new Kernel();
        try (Fd file = kernel.openat2(directory, name, OpenFlags.PATH | OpenFlags.NO_FOLLOW, 0, 0)) {
            changeMode(file, name, mode);
        }
    }

    private static void changeMode(Fd file, String subject, int mode) {
        try (Call call = new Call(SystemCall.FCHMODAT)) {
            if (new Kernel().statx(file, "").isSymbolicLink()) {
                throw call.failure(subject, Errno.EOPNOTSUPP.number(), "");
            }
            call.run(
                    subject,
                    Fd.WORKING_DIRECTORY.number(),
                    Call.address(call.text(file.path().toString())),
                    mode);
        }
    }

    @Override
    default void utimensat(Fd directory, String name, long seconds, long nanos) {
        try (Call call = new Call(SystemCall.UTIMENSAT)) {
            MemorySegment times = call.zeroed(32);
            for (int i = 0; i < 2; i++) {
                times.set(ValueLayout.JAVA_LONG, i * 16L, seconds);
                times.set(ValueLayout.JAVA_LONG, i * 16L + 8, nanos);
            }
            call.run(name, directory.number(), Call.address(call.text(name)), Call.address(times), atFlags(name));
        }
    }

    @Override
    default void setxattr(Fd directory, String name, byte[] attribute, byte[] value) {
        // With no name the path is a link of /proc that leads to the open file.
        try (Call call = new Call(name.isEmpty() ? SystemCall.SETXATTR : SystemCall.LSETXATTR)) {
            call.run(
                    attributeSubject(name, attribute),
                    Call.address(call.text(below(directory, name))),
                    Call.address(call.text(attribute)),
                    Call.address(call.bytes(value)),
                    value.length,
                    0);
        }
    }

    @Override
    default byte[] getxattr(Fd directory, String name, byte[] attribute) {
        try (Call call = new Call(SystemCall.LGETXATTR)) {
            MemorySegment path = call.text(below(directory, name));
            MemorySegment key = call.text(attribute);
            String subject = attributeSubject(name, attribute);
            return grown(
                    call,
                    subject,
                    value -> call.tryRun(Call.address(path), Call.address(key), Call.address(value), value.byteSize()));
        }
    }

    @Override
    default List<byte[]> listxattr(Fd directory, String name) {
        try (Call call = new Call(SystemCall.LLISTXATTR)) {
            MemorySegment path = call.text(below(directory, name));
            byte[] all =
                    grown(call, name, value -> call.tryRun(Call.address(path), Call.address(value), value.byteSize()));
            List<byte[]> names = new ArrayList<>();
            int start = 0;
            for (int i = 0; i < all.length; i++) {
                if (all[i] == 0) {
                    names.add(Arrays.copyOfRange(all, start, i));
                    start = i + 1;
                }
            }
            return names;
        }
    }

    @Override
    default void removexattr(Fd directory, String name, byte[] attribute) {
        try (Call call = new Call(SystemCall.LREMOVEXATTR)) {
            call.run(
                    attributeSubject(name, attribute),
                    Call.address(call.text(below(directory, name))),
                    Call.address(call.text(attribute)));
        }
    }

    /** Calls with growing memory until the kernel's answer fits. */
    private static byte[] grown(Call call, String subject, ToLongFunction<MemorySegment> attempt) {
        for (int size = 256; ; size *= 4) {
            MemorySegment value = call.zeroed(size);
            long length = attempt.applyAsLong(value);
            if (length >= 0) {
                return value.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
            }
            if (-length != Errno.ERANGE.number() || size > 1 << 20) {
                throw call.failure(subject, (int) -length, "");
            }
        }
    }

    // The kernel has no *at calls for attributes before 6.13; /proc/self/fd leads to the same directory whatever its
    // name is.
    private static String below(Fd directory, String name) {
        return name.isEmpty() ? directory.path().toString() : directory.path() + "/" + name;
    }

    /** With an empty name it is the open file itself. */
    private static int atFlags(String name) {
        return OpenFlags.AT_SYMLINK_NOFOLLOW | (name.isEmpty() ? OpenFlags.AT_EMPTY_PATH : 0);
    }

    private static String attributeSubject(String name, byte[] attribute) {
        return name + " " + RawName.decode(attribute);
    }
}
