package io.windlass.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Making, naming, listing and describing files. A part of {@link Kernel}. */
interface KernelFiles extends FileSyscalls {
    @Override
    default Fd open(Path path, int flags, int mode) {
        try (Call call = new Call(SystemCall.OPENAT)) {
            String name = path.toString();
            return Call.owned(call.run(
                    name,
                    Fd.WORKING_DIRECTORY.number(),
                    Call.address(call.text(name)),
                    flags | OpenFlags.CLOSE_ON_EXEC,
                    mode));
        }
    }

    @Override
    default Fd openat2(Fd directory, String path, long flags, long mode, long resolve) {
        try (Call call = new Call(SystemCall.OPENAT2)) {
            MemorySegment how = call.zeroed(24);
            how.set(ValueLayout.JAVA_LONG, 0, flags | OpenFlags.CLOSE_ON_EXEC);
            how.set(ValueLayout.JAVA_LONG, 8, mode);
            how.set(ValueLayout.JAVA_LONG, 16, resolve);
            return Call.owned(call.run(
                    path, directory.number(), Call.address(call.text(path)), Call.address(how), how.byteSize()));
        }
    }

    @Override
    default void mkdirat(Fd directory, String name, int mode) {
        try (Call call = new Call(SystemCall.MKDIRAT)) {
            call.run(name, directory.number(), Call.address(call.text(name)), mode);
        }
    }

    @Override
    default void mknodat(Fd directory, String name, int mode, long device) {
        try (Call call = new Call(SystemCall.MKNODAT)) {
            call.run(name, directory.number(), Call.address(call.text(name)), mode, device);
        }
    }

    @Override
    default void symlinkat(String target, Fd directory, String name) {
        try (Call call = new Call(SystemCall.SYMLINKAT)) {
            call.run(name, Call.address(call.text(target)), directory.number(), Call.address(call.text(name)));
        }
    }

    @Override
    default void linkat(Fd fromDirectory, String from, Fd toDirectory, String to, int flags) {
        twoNames(SystemCall.LINKAT, fromDirectory, from, toDirectory, to, flags);
    }

    @Override
    default void unlinkat(Fd directory, String name, int flags) {
        try (Call call = new Call(SystemCall.UNLINKAT)) {
            call.run(name, directory.number(), Call.address(call.text(name)), flags);
        }
    }

    @Override
    default void renameat2(Fd fromDirectory, String from, Fd toDirectory, String to, int flags) {
        twoNames(SystemCall.RENAMEAT2, fromDirectory, from, toDirectory, to, flags);
    }

    private static void twoNames(
            SystemCall number, Fd fromDirectory, String from, Fd toDirectory, String to, int flags) {
        try (Call call = new Call(number)) {
            call.run(
                    from + " -> " + to,
                    fromDirectory.number(),
                    Call.address(call.text(from)),
                    toDirectory.number(),
                    Call.address(call.text(to)),
                    flags);
        }
    }

    @Override
    default String readlinkat(Fd directory, String name) {
        try (Call call = new Call(SystemCall.READLINKAT)) {
            MemorySegment target = call.zeroed(4096);
            long length = call.run(
                    name, directory.number(), Call.address(call.text(name)), Call.address(target), target.byteSize());
            return RawName.decode(target.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Override
    default List<String> list(Fd directory) {
        try (Call call = new Call(SystemCall.GETDENTS64)) {
            List<String> names = new ArrayList<>();
            MemorySegment records = call.zeroed(32 * 1024);
            while (true) {
                long length =
                        call.run(directory.toString(), directory.number(), Call.address(records), records.byteSize());
                if (length == 0) {
                    return names;
                }
                // struct linux_dirent64: u64 inode, u64 offset, u16 record length, u8 type, the name and a NUL
                for (long at = 0; at < length; ) {
                    int record = Short.toUnsignedInt(records.get(ValueLayout.JAVA_SHORT, at + 16));
                    long end = at + 19;
                    while (records.get(ValueLayout.JAVA_BYTE, end) != 0) {
                        end++;
                    }
                    String name = RawName.decode(
                            records.asSlice(at + 19, end - at - 19).toArray(ValueLayout.JAVA_BYTE));
                    if (!name.equals(".") && !name.equals("..")) {
                        names.add(name);
                    }
                    at += record;
                }
            }
        }
    }

    @Override
    default FileStat statx(Fd directory, String name) {
        try (Call call = new Call(SystemCall.STATX)) {
            MemorySegment stat = call.zeroed(FileStat.BYTES);
            int flags = OpenFlags.AT_SYMLINK_NOFOLLOW | (name.isEmpty() ? OpenFlags.AT_EMPTY_PATH : 0);
            call.run(
                    name.isEmpty() ? directory.toString() : name,
                    directory.number(),
                    Call.address(call.text(name)),
                    flags,
                    Abi.STATX_BASIC_STATS_AND_MOUNT_ID,
                    Call.address(stat));
            return FileStat.decode(stat);
        }
    }

    @Override
    default FsStat statfs(Path path) {
        try (Call call = new Call(SystemCall.STATFS)) {
            MemorySegment stat = call.zeroed(FsStat.BYTES);
            call.run(path.toString(), Call.address(call.text(path.toString())), Call.address(stat));
            return FsStat.decode(stat);
        }
    }
}
