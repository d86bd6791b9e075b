package io.windlass.pod.fake;

import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.MountOption;
import io.windlass.linux.MountSyscalls;
import io.windlass.linux.SyscallException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Mounts that are only remembered. */
public final class FakeMounts implements MountSyscalls {
    private final Failpoints failpoints;
    private final Set<Path> mounted = ConcurrentHashMap.newKeySet();
    private final Map<Path, String> options = new ConcurrentHashMap<>();

    FakeMounts(Failpoints failpoints) {
        this.failpoints = failpoints;
    }

    /** What the file system that was mounted there was told. */
    public String options(Path target) {
        return options.getOrDefault(target, "");
    }

    public Set<Path> mounted() {
        return Set.copyOf(mounted);
    }

    /** A namespace's pin. */
    void pin(Path file) {
        mounted.add(file);
    }

    @Override
    public void mount(String source, Path target, String type, long flags, String data) {
        failpoints.pass("mount");
        mounted.add(target);
        options.put(target, data);
    }

    @Override
    public void unmount(Path target, int flags) {
        if (!mounted.remove(target)) {
            throw new SyscallException("umount2", target.toString(), Errno.EINVAL);
        }
    }

    @Override
    public Fd openTree(Fd directory, String path, int flags) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void moveMount(Fd from, String fromPath, Fd to, String toPath) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Fd fsmount(String type, List<MountOption> options, long attributes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean takesDescriptor(String type, String option, Fd folder) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void mountSetattr(
            Fd directory,
            String path,
            int flags,
            long set,
            long cleared,
            long propagation,
            Optional<Fd> userNamespace) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void bindMount(Path from, Path to) {
        throw new UnsupportedOperationException();
    }
}
