package io.windlass.linux;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A double of the kernel: notes every call as one line ({@code mkdirat fd 100 etc 493}) and answers what it was told to.
 *
 * <p>Descriptors are numbers from 100 up that stand for nothing; {@link #openDescriptors()} are those not closed yet.
 * Thread-safe for recording; answers are to be set before the code under test runs.
 */
public final class RecordingSyscalls implements Syscalls {
    private static final FileStat REGULAR_FILE = new FileStat(
            FileMode.REGULAR | 0644,
            0,
            0,
            1,
            1,
            0,
            0,
            Instant.EPOCH,
            new FileStat.Device(0, 1),
            new FileStat.Device(0, 0),
            1,
            false);
    private static final FsStat EMPTY_FILE_SYSTEM = new FsStat(FsStat.TMPFS, 4096, 0, 0, 0, 0, 0);

    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final Map<String, Deque<Object>> answers = new HashMap<>();
    private final Map<String, Errno> failures = new HashMap<>();
    private final AtomicInteger nextDescriptor = new AtomicInteger(100);
    private final List<Integer> open = new CopyOnWriteArrayList<>();

    /** All calls so far, in order. */
    public List<String> calls() {
        return List.copyOf(calls);
    }

    /** The calls so far of one name. */
    public List<String> calls(String name) {
        return calls.stream().filter(call -> call.startsWith(name + " ")).toList();
    }

    /** The descriptors that were given out and not closed. */
    public List<Integer> openDescriptors() {
        return List.copyOf(open);
    }

    /** The next calls of this name answer these values, one each; afterwards the default answer comes again. */
    public RecordingSyscalls answering(String name, Object... values) {
        answers.computeIfAbsent(name, ignored -> new ArrayDeque<>()).addAll(List.of(values));
        return this;
    }

    /** Every call whose line starts with {@code prefix} ("mknodat", "mkdirat fd 100 etc") fails. */
    public RecordingSyscalls failing(String prefix, Errno errno) {
        failures.put(prefix, errno);
        return this;
    }

    private void record(String name, Object... arguments) {
        String line = Stream.concat(Stream.of(name), Stream.of(arguments).map(RecordingSyscalls::shown))
                .collect(Collectors.joining(" "));
        calls.add(line);
        failures.forEach((prefix, errno) -> {
            if (line.equals(prefix) || line.startsWith(prefix + " ")) {
                throw new SyscallException(name, line.substring(name.length()).strip(), errno);
            }
        });
    }

    private static String shown(Object argument) {
        return switch (argument) {
            case byte[] bytes -> RawName.decode(bytes);
            case ByteBuffer buffer -> buffer.remaining() + " bytes";
            case Optional<?> optional -> optional.map(Object::toString).orElse("-");
            default -> argument.toString();
        };
    }

    private Fd newFd() {
        int number = nextDescriptor.getAndIncrement();
        open.add(number);
        return new Fd(number, closed -> {
            calls.add("close fd " + closed);
            open.remove(Integer.valueOf(closed));
        });
    }

    @SuppressWarnings("unchecked")
    private <T> T answer(String name, T otherwise) {
        @Nullable Deque<Object> queue = answers.get(name);
        return queue == null || queue.isEmpty() ? otherwise : (T) queue.pop();
    }

    @Override
    public Fd open(Path path, int flags, int mode) {
        record("open", path, flags, mode);
        return newFd();
    }

    @Override
    public Fd openat2(Fd directory, String path, long flags, long mode, long resolve) {
        record("openat2", directory, path, flags, mode, resolve);
        return newFd();
    }

    @Override
    public void mkdirat(Fd directory, String name, int mode) {
        record("mkdirat", directory, name, mode);
    }

    @Override
    public void mknodat(Fd directory, String name, int mode, long device) {
        record("mknodat", directory, name, mode, device);
    }

    @Override
    public void symlinkat(String target, Fd directory, String name) {
        record("symlinkat", target, directory, name);
    }

    @Override
    public void linkat(Fd fromDirectory, String from, Fd toDirectory, String to, int flags) {
        record("linkat", fromDirectory, from, toDirectory, to, flags);
    }

    @Override
    public void unlinkat(Fd directory, String name, int flags) {
        record("unlinkat", directory, name, flags);
    }

    @Override
    public void renameat2(Fd fromDirectory, String from, Fd toDirectory, String to, int flags) {
        record("renameat2", fromDirectory, from, toDirectory, to, flags);
    }

    @Override
    public String readlinkat(Fd directory, String name) {
        record("readlinkat", directory, name);
        return answer("readlinkat", "");
    }

    @Override
    public List<String> list(Fd directory) {
        record("getdents64", directory);
        return answer("getdents64", List.of());
    }

    @Override
    public FileStat statx(Fd directory, String name) {
        record("statx", directory, name);
        return answer("statx", REGULAR_FILE);
    }

    @Override
    public FsStat statfs(Path path) {
        record("statfs", path);
        return answer("statfs", EMPTY_FILE_SYSTEM);
    }

    @Override
    public void fsync(Fd file) {
        record("fsync", file);
    }

    @Override
    public void startWriteback(Fd file) {
        record("startWriteback", file);
    }

    @Override
    public void syncfs(Fd anyFileOnIt) {
        record("syncfs", anyFileOnIt);
    }

    @Override
    public void ftruncate(Fd file, long length) {
        record("ftruncate", file, length);
    }

    @Override
    public int write(Fd file, ByteBuffer buffer) {
        record("write", file, buffer);
        int taken = buffer.remaining();
        buffer.position(buffer.limit());
        return taken;
    }

    @Override
    public int pwrite(Fd file, ByteBuffer buffer, long offset) {
        record("pwrite", file, buffer, offset);
        int taken = buffer.remaining();
        buffer.position(buffer.limit());
        return taken;
    }

    @Override
    public int read(Fd file, ByteBuffer buffer) {
        record("read", file, buffer);
        byte[] bytes = answer("read", new byte[0]);
        buffer.put(bytes);
        return bytes.length;
    }

    @Override
    public int pread(Fd file, ByteBuffer buffer, long offset) {
        record("pread", file, buffer, offset);
        byte[] bytes = answer("pread", new byte[0]);
        buffer.put(bytes);
        return bytes.length;
    }

    @Override
    public void fchownat(Fd directory, String name, int uid, int gid, int flags) {
        record("fchownat", directory, name, uid, gid, flags);
    }

    @Override
    public void fchmodat(Fd directory, String name, int mode) {
        record("fchmodat", directory, name, mode);
    }

    @Override
    public void utimensat(Fd directory, String name, long seconds, long nanos) {
        record("utimensat", directory, name, seconds, nanos);
    }

    @Override
    public void setxattr(Fd directory, String name, byte[] attribute, byte[] value) {
        record("setxattr", directory, name, attribute, value);
    }

    @Override
    public byte[] getxattr(Fd directory, String name, byte[] attribute) {
        record("getxattr", directory, name, attribute);
        return answer("getxattr", new byte[0]);
    }

    @Override
    public List<byte[]> listxattr(Fd directory, String name) {
        record("listxattr", directory, name);
        return answer("listxattr", List.of());
    }

    @Override
    public ProjectQuotas projectQuotas(Fd anyFileOnIt) {
        record("projectQuotas", anyFileOnIt);
        return answer("projectQuotas", ProjectQuotas.NONE);
    }

    @Override
    public long project(Fd file) {
        record("project", file);
        return answer("project", 0L);
    }

    @Override
    public void setProject(Fd file, long project, boolean inherited) {
        record("setProject", file, project, inherited);
    }

    @Override
    public void setProjectLimits(Fd anyFileOnIt, long project, long bytes, long inodes) {
        record("setProjectLimits", anyFileOnIt, project, bytes, inodes);
    }

    @Override
    public ProjectUsage projectUsage(Fd anyFileOnIt, long project) {
        record("projectUsage", anyFileOnIt, project);
        return answer("projectUsage", ProjectUsage.NOTHING);
    }

    @Override
    public void removexattr(Fd directory, String name, byte[] attribute) {
        record("removexattr", directory, name, attribute);
    }

    @Override
    public Fd openTree(Fd directory, String path, int flags) {
        record("openTree", directory, path, flags);
        return newFd();
    }

    @Override
    public void moveMount(Fd from, String fromPath, Fd to, String toPath) {
        record("moveMount", from, fromPath, to, toPath);
    }

    @Override
    public Fd fsmount(String type, List<MountOption> options, long attributes) {
        record("fsmount", type, options, attributes);
        return newFd();
    }

    @Override
    public boolean takesDescriptor(String type, String option, Fd folder) {
        record("takesDescriptor", type, option, folder);
        return true;
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
        record("mountSetattr", directory, path, flags, attributesSet, attributesCleared, propagation, userNamespace);
    }

    @Override
    public void mount(String source, Path target, String type, long flags, String data) {
        record("mount", source, target, type, flags, data);
    }

    @Override
    public void bindMount(Path from, Path to) {
        record("bindMount", from, to);
    }

    @Override
    public void unmount(Path target, int flags) {
        record("unmount", target, flags);
    }

    @Override
    public Fd pidfdOpen(long pid) {
        record("pidfdOpen", pid);
        return newFd();
    }

    @Override
    public void pidfdSendSignal(Fd process, int signal) {
        record("pidfdSendSignal", process, signal);
    }

    @Override
    public int prctl(int option, long second, long third, long fourth, long fifth) {
        record("prctl", option, second, third, fourth, fifth);
        return answer("prctl", 0);
    }

    @Override
    public void setns(Fd namespace, NamespaceType type) {
        record("setns", namespace, type);
    }

    @Override
    public void unshare(int flags) {
        record("unshare", flags);
    }

    @Override
    public Fd bpfLoad(int type, byte[] instructions) {
        record("bpfLoad", type, instructions);
        return newFd();
    }

    @Override
    public void bpfAttach(Fd target, Fd program, int attachType, int flags) {
        record("bpfAttach", target, program, attachType, flags);
    }

    @Override
    public List<Fd> bpfAttached(Fd target, int attachType) {
        record("bpfAttached", target, attachType);
        return answer("bpfAttached", List.of());
    }

    @Override
    public void bpfDetach(Fd target, Fd program, int attachType) {
        record("bpfDetach", target, program, attachType);
    }

    @Override
    public Fd socket(int domain, int type, int protocol) {
        record("socket", domain, type, protocol);
        return newFd();
    }

    @Override
    public void bind(Fd socket, byte[] address) {
        record("bind", socket, address);
    }

    @Override
    public void connect(Fd socket, byte[] address) {
        record("connect", socket, address);
    }

    @Override
    public byte[] getsockname(Fd socket) {
        record("getsockname", socket);
        return answer("getsockname", new byte[0]);
    }

    @Override
    public void setsockopt(Fd socket, int level, int option, byte[] value) {
        record("setsockopt", socket, level, option, value);
    }

    @Override
    public int send(Fd socket, byte[] message, int flags) {
        record("send", socket, message, flags);
        return message.length;
    }

    @Override
    public int recv(Fd socket, byte[] buffer, int flags) {
        record("recv", socket, buffer, flags);
        byte[] bytes = answer("recv", new byte[0]);
        System.arraycopy(bytes, 0, buffer, 0, bytes.length);
        return bytes.length;
    }
}
