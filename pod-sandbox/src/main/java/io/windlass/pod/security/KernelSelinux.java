package io.windlass.pod.security;

import io.windlass.linux.Syscalls;
import io.windlass.linux.selinux.ContainerContexts;
import io.windlass.linux.selinux.FileLabels;
import io.windlass.linux.selinux.LoadedPolicy;
import io.windlass.linux.selinux.SecurityContext;
import java.nio.file.Path;
import java.util.Optional;

/** SELinux of a kernel that has it. What its policy has for containers is read once, when the daemon starts. Thread-safe. */
public final class KernelSelinux implements Selinux {
    private static final System.Logger LOG = System.getLogger(KernelSelinux.class.getName());

    private final LoadedPolicy policy;
    private final FileLabels files;
    private final int categories;
    private final Optional<ContainerContexts> contexts;
    private final String problem;

    private KernelSelinux(LoadedPolicy policy, FileLabels files, int categories) {
        this.policy = policy;
        this.files = files;
        this.categories = categories;
        Optional<ContainerContexts> found = policy.containers();
        this.problem = problem(found);
        this.contexts = problem.isEmpty() ? found : Optional.empty();
    }

    /** @param categories how many to use, from c0 on */
    public static Selinux detect(Syscalls kernel, int categories) {
        return LoadedPolicy.detect(kernel)
                .<Selinux>map(policy -> started(new KernelSelinux(policy, new FileLabels(kernel), categories)))
                .orElse(NONE);
    }

    private static KernelSelinux started(KernelSelinux selinux) {
        if (!selinux.problem.isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    selinux.problem + "; containers run without labels of their own, and selinux_options are refused");
        }
        return selinux;
    }

    private String problem(Optional<ContainerContexts> found) {
        if (found.isEmpty()) {
            return "the node's SELinux policy knows no containers: " + policy.containerFile()
                    + " is missing, or does not say process and file";
        }
        SecurityContext process = found.get().process();
        SecurityContext highest = process.level().isEmpty()
                ? process
                : process.withLevel(process.sensitivity() + ":c" + (categories - 2) + ",c" + (categories - 1));
        return canonical(highest.toString()).isEmpty()
                ? "the node's SELinux policy has no label " + highest + ", which follows from " + policy.containerFile()
                        + " and the " + categories + " categories in use"
                : "";
    }

    @Override
    public boolean enabled() {
        return true;
    }

    @Override
    public Optional<ContainerContexts> contexts() {
        return contexts;
    }

    @Override
    public String problem() {
        return problem;
    }

    @Override
    public Optional<String> canonical(String context) {
        return policy.canonical(context);
    }

    @Override
    public int categories() {
        return categories;
    }

    @Override
    public void relabel(Path top, String label) {
        files.relabel(top, label);
    }
}
