package io.windlass.linux.selinux;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.windlass.fault.Fault;
import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.FileSyscalls;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The SELinux policy that a kernel has loaded. Thread-safe. */
public final class LoadedPolicy {
    private static final Path SELINUXFS = Path.of("/sys/fs/selinux");
    private static final Path OWN_LABEL = Path.of("/proc/self/attr/current");
    private static final Path CONFIGURATION = Path.of("/etc/selinux");

    /** What everything is labelled as long as no policy is loaded. */
    private static final String WITHOUT_POLICY = "kernel";

    /** SIMPLE_TRANSACTION_LIMIT of a kernel with the smallest pages. */
    private static final int LONGEST = 4096;

    private final FileSyscalls kernel;
    private final Path selinuxfs;
    private final Path configuration;

    LoadedPolicy(FileSyscalls kernel, Path selinuxfs, Path configuration) {
        this.kernel = kernel;
        this.selinuxfs = selinuxfs;
        this.configuration = configuration;
    }

    /** @return absent where the kernel has no SELinux, or no policy yet */
    public static Optional<LoadedPolicy> detect(FileSyscalls kernel) {
        return detect(kernel, SELINUXFS, OWN_LABEL, CONFIGURATION);
    }

    static Optional<LoadedPolicy> detect(FileSyscalls kernel, Path selinuxfs, Path ownLabel, Path configuration) {
        if (!Files.exists(selinuxfs.resolve("enforce"))) {
            return Optional.empty();
        }
        String label = text(ownLabel).strip().replace("\0", "");
        return label.isEmpty() || label.equals(WITHOUT_POLICY)
                ? Optional.empty()
                : Optional.of(new LoadedPolicy(kernel, selinuxfs, configuration));
    }

    /** Whether what the policy forbids is refused, and not only logged. */
    public boolean enforcing() {
        return text(selinuxfs.resolve("enforce")).strip().equals("1");
    }

    /** The label as the kernel writes it, which is how files have it; absent if the policy knows no such label. */
    public Optional<String> canonical(String context) {
        Path file = selinuxfs.resolve("context");
        byte[] asked = context.getBytes(UTF_8);
        if (asked.length >= LONGEST) {
            return Optional.empty();
        }
        try (Fd transaction = kernel.open(file, OpenFlags.READ_WRITE, 0)) {
            kernel.write(transaction, ByteBuffer.wrap(asked));
            ByteBuffer answer = ByteBuffer.allocate(LONGEST);
            kernel.pread(transaction, answer, 0);
            answer.flip();
            return Optional.of(UTF_8.decode(answer).toString().replace("\0", ""));
        } catch (SyscallException e) {
            if (e.is(Errno.EINVAL)) {
                return Optional.empty();
            }
            throw e.fault("cannot ask SELinux about the label " + context);
        }
    }

    /** What the policy has for containers; absent where it has nothing. */
    public Optional<ContainerContexts> containers() {
        return ContainerContexts.read(containerFile());
    }

    /** Where the policy would say it. */
    public Path containerFile() {
        return configuration.resolve(name()).resolve("contexts/lxc_contexts");
    }

    private String name() {
        List<String> lines = text(configuration.resolve("config")).lines().toList();
        return lines.stream()
                .map(String::strip)
                .filter(line -> line.startsWith("SELINUXTYPE="))
                .map(line -> line.substring(line.indexOf('=') + 1).strip().replace("\"", ""))
                .reduce((_, last) -> last)
                .orElse("targeted");
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            throw Fault.internal("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
