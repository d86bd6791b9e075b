package io.windlass.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** The real kernel, called through the foreign function interface. Stateless and thread-safe. */
public final class Kernel implements Syscalls {
    private static final int SOCK_CLOEXEC = 02000000;
    private static final int FSOPEN_CLOEXEC = 1;
    private static final int FSMOUNT_CLOEXEC = 1;
    private static final int FSCONFIG_SET_FLAG = 0;
    private static final int FSCONFIG_SET_STRING = 1;
    private static final int FSCONFIG_CMD_CREATE = 6;
    private static final int STATX_BASIC_STATS_AND_MOUNT_ID = 0x17ff;
    private static final int BPF_PROG_LOAD = 5;
    private static final int BPF_PROG_ATTACH = 8;
    private static final int BPF_PROG_DETACH = 9;
    private static final int BPF_PROG_GET_FD_BY_ID = 13;
    private static final int BPF_PROG_QUERY = 16;
    /** As many as the kernel allows on one cgroup. */
    private static final int MOST_PROGRAMS = 64;

    @Override
    public Fd open(Path path, int flags, int mode) {
        try (Call call = new Call(SystemCall.OPENAT)) {
            String name = path.toString();
            return owned(call.run(
                    name,
                    Fd.WORKING_DIRECTORY.number(),
                    address(call.text(name)),
                    flags | OpenFlags.CLOSE_ON_EXEC,
                    mode));
        }
    }

    @Override
    public Fd openat2(Fd directory, String path, long flags, long mode, long resolve) {
        try (Call call = new Call(SystemCall.OPENAT2)) {
            MemorySegment how = call.zeroed(24);
            how.set(ValueLayout.JAVA_LONG, 0, flags | OpenFlags.CLOSE_ON_EXEC);
            how.set(ValueLayout.JAVA_LONG, 8, mode);
            how.set(ValueLayout.JAVA_LONG, 16, resolve);
            return owned(call.run(path, directory.number(), address(call.text(path)), address(how), how.byteSize()));
        }
    }

    @Override
    public void mkdirat(Fd directory, String name, int mode) {
        try (Call call = new Call(SystemCall.MKDIRAT)) {
            call.run(name, directory.number(), address(call.text(name)), mode);
        }
    }

    @Override
    public void mknodat(Fd directory, String name, int mode, long device) {
        try (Call call = new Call(SystemCall.MKNODAT)) {
            call.run(name, directory.number(), address(call.text(name)), mode, device);
        }
    }

    @Override
    public void symlinkat(String target, Fd directory, String name) {
        try (Call call = new Call(SystemCall.SYMLINKAT)) {
            call.run(name, address(call.text(target)), directory.number(), address(call.text(name)));
        }
    }

    @Override
    public void linkat(Fd fromDirectory, String from, Fd toDirectory, String to, int flags) {
        twoNames(SystemCall.LINKAT, fromDirectory, from, toDirectory, to, flags);
    }

    @Override
    public void unlinkat(Fd directory, String name, int flags) {
        try (Call call = new Call(SystemCall.UNLINKAT)) {
            call.run(name, directory.number(), address(call.text(name)), flags);
        }
    }

    @Override
    public void renameat2(Fd fromDirectory, String from, Fd toDirectory, String to, int flags) {
        twoNames(SystemCall.RENAMEAT2, fromDirectory, from, toDirectory, to, flags);
    }

    private static void twoNames(
            SystemCall number, Fd fromDirectory, String from, Fd toDirectory, String to, int flags) {
        try (Call call = new Call(number)) {
            call.run(
                    from + " -> " + to,
                    fromDirectory.number(),
                    address(call.text(from)),
                    toDirectory.number(),
                    address(call.text(to)),
                    flags);
        }
    }

    @Override
    public String readlinkat(Fd directory, String name) {
        try (Call call = new Call(SystemCall.READLINKAT)) {
            MemorySegment target = call.zeroed(4096);
            long length =
                    call.run(name, directory.number(), address(call.text(name)), address(target), target.byteSize());
            return RawName.decode(target.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Override
    public List<String> list(Fd directory) {
        try (Call call = new Call(SystemCall.GETDENTS64)) {
            List<String> names = new ArrayList<>();
            MemorySegment records = call.zeroed(32 * 1024);
            while (true) {
                long length = call.run(directory.toString(), directory.number(), address(records), records.byteSize());
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
    public FileStat statx(Fd directory, String name) {
        try (Call call = new Call(SystemCall.STATX)) {
            MemorySegment stat = call.zeroed(FileStat.BYTES);
            int flags = OpenFlags.AT_SYMLINK_NOFOLLOW | (name.isEmpty() ? OpenFlags.AT_EMPTY_PATH : 0);
            call.run(
                    name.isEmpty() ? directory.toString() : name,
                    directory.number(),
                    address(call.text(name)),
                    flags,
                    STATX_BASIC_STATS_AND_MOUNT_ID,
                    address(stat));
            return FileStat.decode(stat);
        }
    }

    @Override
    public FsStat statfs(Path path) {
        try (Call call = new Call(SystemCall.STATFS)) {
            MemorySegment stat = call.zeroed(FsStat.BYTES);
            call.run(path.toString(), address(call.text(path.toString())), address(stat));
            return FsStat.decode(stat);
        }
    }

    @Override
    public void fsync(Fd file) {
        try (Call call = new Call(SystemCall.FSYNC)) {
            call.run(file.toString(), file.number());
        }
    }

    @Override
    public void syncfs(Fd anyFileOnIt) {
        try (Call call = new Call(SystemCall.SYNCFS)) {
            call.run(anyFileOnIt.toString(), anyFileOnIt.number());
        }
    }

    @Override
    public void ftruncate(Fd file, long length) {
        try (Call call = new Call(SystemCall.FTRUNCATE)) {
            call.run(file.toString(), file.number(), length);
        }
    }

    @Override
    public int write(Fd file, ByteBuffer buffer) {
        return output(SystemCall.WRITE, file, buffer, 0);
    }

    @Override
    public int pwrite(Fd file, ByteBuffer buffer, long offset) {
        return output(SystemCall.PWRITE64, file, buffer, offset);
    }

    private static int output(SystemCall number, Fd file, ByteBuffer buffer, long offset) {
        try (Call call = new Call(number)) {
            MemorySegment data = MemorySegment.ofBuffer(buffer);
            MemorySegment memory = data;
            if (!data.isNative()) {
                memory = call.zeroed(buffer.remaining());
                memory.copyFrom(data);
            }
            int taken = (int) call.run(file.toString(), file.number(), address(memory), data.byteSize(), offset);
            buffer.position(buffer.position() + taken);
            return taken;
        }
    }

    @Override
    public int read(Fd file, ByteBuffer buffer) {
        return input(SystemCall.READ, file, buffer, 0);
    }

    @Override
    public int pread(Fd file, ByteBuffer buffer, long offset) {
        return input(SystemCall.PREAD64, file, buffer, offset);
    }

    private static int input(SystemCall number, Fd file, ByteBuffer buffer, long offset) {
        try (Call call = new Call(number)) {
            MemorySegment data = MemorySegment.ofBuffer(buffer);
            MemorySegment memory = data.isNative() ? data : call.zeroed(buffer.remaining());
            int came = (int) call.run(file.toString(), file.number(), address(memory), data.byteSize(), offset);
            if (!data.isNative()) {
                MemorySegment.copy(memory, 0, data, 0, came);
            }
            buffer.position(buffer.position() + came);
            return came;
        }
    }

    @Override
    public void fchownat(Fd directory, String name, int uid, int gid, int flags) {
        try (Call call = new Call(SystemCall.FCHOWNAT)) {
            call.run(
                    name,
                    directory.number(),
                    address(call.text(name)),
                    uid,
                    gid,
                    flags | OpenFlags.AT_SYMLINK_NOFOLLOW);
        }
    }

    @Override
    public void fchmodat(Fd directory, String name, int mode) {
        try (Call call = new Call(SystemCall.FCHMODAT2)) {
            call.run(name, directory.number(), address(call.text(name)), mode, OpenFlags.AT_SYMLINK_NOFOLLOW);
        }
    }

    @Override
    public void utimensat(Fd directory, String name, long seconds, long nanos) {
        try (Call call = new Call(SystemCall.UTIMENSAT)) {
            MemorySegment times = call.zeroed(32);
            for (int i = 0; i < 2; i++) {
                times.set(ValueLayout.JAVA_LONG, i * 16L, seconds);
                times.set(ValueLayout.JAVA_LONG, i * 16L + 8, nanos);
            }
            call.run(name, directory.number(), address(call.text(name)), address(times), OpenFlags.AT_SYMLINK_NOFOLLOW);
        }
    }

    @Override
    public void setxattr(Fd directory, String name, byte[] attribute, byte[] value) {
        try (Call call = new Call(SystemCall.LSETXATTR)) {
            call.run(
                    attributeSubject(name, attribute),
                    address(call.text(below(directory, name))),
                    address(call.text(attribute)),
                    address(call.bytes(value)),
                    value.length,
                    0);
        }
    }

    @Override
    public byte[] getxattr(Fd directory, String name, byte[] attribute) {
        try (Call call = new Call(SystemCall.LGETXATTR)) {
            MemorySegment path = call.text(below(directory, name));
            MemorySegment key = call.text(attribute);
            String subject = attributeSubject(name, attribute);
            return grown(
                    call, subject, value -> call.tryRun(address(path), address(key), address(value), value.byteSize()));
        }
    }

    @Override
    public List<byte[]> listxattr(Fd directory, String name) {
        try (Call call = new Call(SystemCall.LLISTXATTR)) {
            MemorySegment path = call.text(below(directory, name));
            byte[] all = grown(call, name, value -> call.tryRun(address(path), address(value), value.byteSize()));
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
    public void removexattr(Fd directory, String name, byte[] attribute) {
        try (Call call = new Call(SystemCall.LREMOVEXATTR)) {
            call.run(
                    attributeSubject(name, attribute),
                    address(call.text(below(directory, name))),
                    address(call.text(attribute)));
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
        return directory.path() + "/" + name;
    }

    private static String attributeSubject(String name, byte[] attribute) {
        return name + " " + RawName.decode(attribute);
    }

    @Override
    public Fd openTree(Fd directory, String path, int flags) {
        try (Call call = new Call(SystemCall.OPEN_TREE)) {
            return owned(call.run(path, directory.number(), address(call.text(path)), flags | OpenFlags.CLOSE_ON_EXEC));
        }
    }

    @Override
    public void moveMount(Fd from, String fromPath, Fd to, String toPath) {
        try (Call call = new Call(SystemCall.MOVE_MOUNT)) {
            int flags = (fromPath.isEmpty() ? MountFlags.MOVE_MOUNT_F_EMPTY_PATH : 0)
                    | (toPath.isEmpty() ? MountFlags.MOVE_MOUNT_T_EMPTY_PATH : 0);
            call.run(
                    fromPath + " -> " + toPath,
                    from.number(),
                    address(call.text(fromPath)),
                    to.number(),
                    address(call.text(toPath)),
                    flags);
        }
    }

    @Override
    public Fd fsmount(String type, List<MountOption> options, long attributes) {
        try (Fd context = fsopen(type)) {
            for (MountOption option : options) {
                int command = option.value().isPresent() ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;
                fsconfig(context, type + " " + option, command, option.key(), option.value());
            }
            fsconfig(context, type, FSCONFIG_CMD_CREATE, "", Optional.empty());
            try (Call call = new Call(SystemCall.FSMOUNT)) {
                return owned(call.run(type, context.number(), FSMOUNT_CLOEXEC, attributes));
            }
        }
    }

    private static Fd fsopen(String type) {
        try (Call call = new Call(SystemCall.FSOPEN)) {
            return owned(call.run(type, address(call.text(type)), FSOPEN_CLOEXEC));
        }
    }

    private void fsconfig(Fd context, String subject, int command, String key, Optional<String> value) {
        try (Call call = new Call(SystemCall.FSCONFIG)) {
            long keyAddress = key.isEmpty() ? 0 : address(call.text(key));
            long valueAddress = value.map(v -> address(call.text(v))).orElse(0L);
            long result = call.tryRun(context.number(), command, keyAddress, valueAddress, 0);
            if (result < 0) {
                throw call.failure(subject, (int) -result, contextLog(context));
            }
        }
    }

    // A file system context can be read for the reasons of a failure, one message a read.
    private String contextLog(Fd context) {
        List<String> messages = new ArrayList<>();
        ByteBuffer message = ByteBuffer.allocate(4096);
        try {
            while (messages.size() < 16 && read(context, message) > 0) {
                messages.add(
                        StandardCharsets.UTF_8.decode(message.flip()).toString().strip());
                message.clear();
            }
        } catch (SyscallException endOfLog) {
            // ENODATA: no (more) messages; they are an addition to the failure that is reported anyway.
        }
        return String.join("; ", messages);
    }

    @Override
    public void mountSetattr(
            Fd directory,
            String path,
            int flags,
            long attributesSet,
            long attributesCleared,
            long propagation,
            Optional<Fd> userNamespace) {
        try (Call call = new Call(SystemCall.MOUNT_SETATTR)) {
            MemorySegment attributes = call.zeroed(32);
            attributes.set(ValueLayout.JAVA_LONG, 0, attributesSet);
            attributes.set(ValueLayout.JAVA_LONG, 8, attributesCleared);
            attributes.set(ValueLayout.JAVA_LONG, 16, propagation);
            attributes.set(
                    ValueLayout.JAVA_LONG, 24, userNamespace.map(Fd::number).orElse(0));
            call.run(
                    path.isEmpty() ? directory.toString() : path,
                    directory.number(),
                    address(call.text(path)),
                    flags,
                    address(attributes),
                    attributes.byteSize());
        }
    }

    @Override
    public void mount(String source, Path target, String type, long flags, String data) {
        try (Call call = new Call(SystemCall.MOUNT)) {
            call.run(
                    target.toString(),
                    address(call.text(source)),
                    address(call.text(target.toString())),
                    address(call.text(type)),
                    flags,
                    address(call.text(data)));
        }
    }

    @Override
    public void bindMount(Path from, Path to) {
        mount(from.toString(), to, "", MountFlags.MS_BIND | MountFlags.MS_REC, "");
    }

    @Override
    public void unmount(Path target, int flags) {
        try (Call call = new Call(SystemCall.UMOUNT2)) {
            call.run(target.toString(), address(call.text(target.toString())), flags);
        }
    }

    @Override
    public Fd pidfdOpen(long pid) {
        try (Call call = new Call(SystemCall.PIDFD_OPEN)) {
            return owned(call.run(Long.toString(pid), pid, 0));
        }
    }

    @Override
    public void pidfdSendSignal(Fd process, int signal) {
        try (Call call = new Call(SystemCall.PIDFD_SEND_SIGNAL)) {
            call.run(process.toString(), process.number(), signal, 0, 0);
        }
    }

    @Override
    public int prctl(int option, long second, long third, long fourth, long fifth) {
        try (Call call = new Call(SystemCall.PRCTL)) {
            return (int) call.run(Integer.toString(option), option, second, third, fourth, fifth);
        }
    }

    @Override
    public void setns(Fd namespace, NamespaceType type) {
        try (Call call = new Call(SystemCall.SETNS)) {
            call.run(type.procName(), namespace.number(), type.flag());
        }
    }

    @Override
    public void unshare(int flags) {
        try (Call call = new Call(SystemCall.UNSHARE)) {
            call.run("0x" + Integer.toHexString(flags), flags);
        }
    }

    @Override
    public Fd bpfLoad(int type, byte[] instructions) {
        try (Call call = new Call(SystemCall.BPF)) {
            MemorySegment log = call.zeroed(16 * 1024);
            MemorySegment attributes = call.zeroed(128);
            attributes.set(ValueLayout.JAVA_INT, 0, type);
            attributes.set(ValueLayout.JAVA_INT, 4, instructions.length / 8);
            attributes.set(ValueLayout.JAVA_LONG, 8, address(call.bytes(instructions)));
            attributes.set(ValueLayout.JAVA_LONG, 16, address(call.text("Apache-2.0")));
            attributes.set(ValueLayout.JAVA_INT, 24, 1);
            attributes.set(ValueLayout.JAVA_INT, 28, (int) log.byteSize());
            attributes.set(ValueLayout.JAVA_LONG, 32, address(log));
            long result = call.tryRun(BPF_PROG_LOAD, address(attributes), 48);
            if (result < 0) {
                throw call.failure(
                        "program of type " + type,
                        (int) -result,
                        log.getString(0).strip());
            }
            return owned(result);
        }
    }

    @Override
    public void bpfAttach(Fd target, Fd program, int attachType, int flags) {
        attachment(BPF_PROG_ATTACH, target, program, attachType, flags);
    }

    @Override
    public void bpfDetach(Fd target, Fd program, int attachType) {
        attachment(BPF_PROG_DETACH, target, program, attachType, 0);
    }

    @Override
    public List<Fd> bpfAttached(Fd target, int attachType) {
        try (Call call = new Call(SystemCall.BPF)) {
            MemorySegment ids = call.zeroed(4L * MOST_PROGRAMS);
            MemorySegment attributes = call.zeroed(64);
            attributes.set(ValueLayout.JAVA_INT, 0, target.number());
            attributes.set(ValueLayout.JAVA_INT, 4, attachType);
            attributes.set(ValueLayout.JAVA_LONG, 16, address(ids));
            attributes.set(ValueLayout.JAVA_INT, 24, MOST_PROGRAMS);
            call.run("query of " + target, BPF_PROG_QUERY, address(attributes), 32);
            List<Fd> programs = new ArrayList<>();
            for (int i = 0; i < attributes.get(ValueLayout.JAVA_INT, 24); i++) {
                MemorySegment id = call.zeroed(16);
                id.set(ValueLayout.JAVA_INT, 0, ids.getAtIndex(ValueLayout.JAVA_INT, i));
                programs.add(owned(call.run("program", BPF_PROG_GET_FD_BY_ID, address(id), id.byteSize())));
            }
            return programs;
        }
    }

    private static void attachment(int command, Fd target, Fd program, int attachType, int flags) {
        try (Call call = new Call(SystemCall.BPF)) {
            MemorySegment attributes = call.zeroed(16);
            attributes.set(ValueLayout.JAVA_INT, 0, target.number());
            attributes.set(ValueLayout.JAVA_INT, 4, program.number());
            attributes.set(ValueLayout.JAVA_INT, 8, attachType);
            attributes.set(ValueLayout.JAVA_INT, 12, flags);
            call.run("attachment to " + target, command, address(attributes), attributes.byteSize());
        }
    }

    @Override
    public Fd socket(int domain, int type, int protocol) {
        try (Call call = new Call(SystemCall.SOCKET)) {
            return owned(call.run("family " + domain, domain, type | SOCK_CLOEXEC, protocol));
        }
    }

    @Override
    public void bind(Fd socket, byte[] socketAddress) {
        try (Call call = new Call(SystemCall.BIND)) {
            call.run(socket.toString(), socket.number(), address(call.bytes(socketAddress)), socketAddress.length);
        }
    }

    @Override
    public void connect(Fd socket, byte[] socketAddress) {
        try (Call call = new Call(SystemCall.CONNECT)) {
            call.run(socket.toString(), socket.number(), address(call.bytes(socketAddress)), socketAddress.length);
        }
    }

    @Override
    public byte[] getsockname(Fd socket) {
        try (Call call = new Call(SystemCall.GETSOCKNAME)) {
            MemorySegment name = call.zeroed(128);
            MemorySegment length = call.zeroed(4);
            length.set(ValueLayout.JAVA_INT, 0, (int) name.byteSize());
            call.run(socket.toString(), socket.number(), address(name), address(length));
            return name.asSlice(0, length.get(ValueLayout.JAVA_INT, 0)).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    @Override
    public void setsockopt(Fd socket, int level, int option, byte[] value) {
        try (Call call = new Call(SystemCall.SETSOCKOPT)) {
            call.run(
                    socket + " option " + option,
                    socket.number(),
                    level,
                    option,
                    address(call.bytes(value)),
                    value.length);
        }
    }

    @Override
    public int send(Fd socket, byte[] message, int flags) {
        try (Call call = new Call(SystemCall.SENDTO)) {
            return (int) call.run(
                    socket.toString(), socket.number(), address(call.bytes(message)), message.length, flags, 0, 0);
        }
    }

    @Override
    public int recv(Fd socket, byte[] buffer, int flags) {
        try (Call call = new Call(SystemCall.RECVFROM)) {
            MemorySegment memory = call.zeroed(buffer.length);
            int came = (int) call.run(socket.toString(), socket.number(), address(memory), buffer.length, flags, 0, 0);
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, buffer, 0, Math.min(came, buffer.length));
            return came;
        }
    }

    private static long address(MemorySegment segment) {
        return segment.address();
    }

    private static Fd owned(long number) {
        return new Fd((int) number, Kernel::close);
    }

    private static void close(int number) {
        try (Call call = new Call(SystemCall.CLOSE)) {
            // A failing close has closed the descriptor all the same, and there is nothing that a caller could do.
            call.tryRun(number);
        }
    }
}
