package io.windlass.pod.security;

import io.windlass.fault.Fault;
import io.windlass.linux.selinux.ContainerContexts;
import io.windlass.linux.selinux.SecurityContext;
import io.windlass.pod.model.SelinuxLabels;
import io.windlass.pod.model.SelinuxOptions;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Which SELinux labels pods and containers have.
 *
 * <p>What a container says counts over what its pod says, and that over what the node's policy has for containers, part by part.
 */
public final class LabelRules {
    /** The type of processes that SELinux does not keep from the node. */
    private static final String PRIVILEGED = "spc_t";

    private final Selinux selinux;

    public LabelRules(Selinux selinux) {
        this.selinux = selinux;
    }

    /**
     * The labels of a pod, which its containers begin with; absent where nothing is labelled.
     *
     * @param level makes a level of the sensitivity that it is given, for a pod that names none
     */
    public Optional<SelinuxLabels> ofPod(Optional<SelinuxOptions> options, UnaryOperator<String> level) {
        SelinuxOptions asked = options.orElse(SelinuxOptions.NONE);
        if (!selinux.enabled()) {
            return Optional.empty();
        }
        if (selinux.contexts().isEmpty()) {
            refuseWithoutLabels(asked, selinux.problem());
            return Optional.empty();
        }
        ContainerContexts contexts = selinux.contexts().get();
        // Before a level is taken: what is refused takes none.
        checked(contexts.process(), asked);
        String own = asked.level().isEmpty() && !contexts.process().level().isEmpty()
                ? level.apply(contexts.process().sensitivity())
                : contexts.process().level();
        return Optional.of(new SelinuxLabels(
                checked(contexts.process().withLevel(own), asked),
                file(contexts.file().withLevel(own), asked)));
    }

    /**
     * The labels of a container; absent where nothing is labelled.
     *
     * @param pod those of its pod
     * @param ofPod what the pod asked for
     */
    public Optional<SelinuxLabels> ofContainer(
            Optional<SelinuxLabels> pod,
            Optional<SelinuxOptions> ofPod,
            Optional<SelinuxOptions> options,
            boolean privileged) {
        SelinuxOptions asked = options.orElse(SelinuxOptions.NONE);
        if (!selinux.enabled()) {
            return Optional.empty();
        }
        if (pod.isEmpty() || selinux.contexts().isEmpty()) {
            refuseWithoutLabels(
                    asked,
                    selinux.contexts().isEmpty()
                            ? selinux.problem()
                            : "the pod sandbox was made without SELinux labels");
            return Optional.empty();
        }
        SecurityContext process = SecurityContext.parse(pod.get().process());
        String own =
                privileged ? privileged(process, ofPod.orElse(SelinuxOptions.NONE), asked) : checked(process, asked);
        return Optional.of(
                new SelinuxLabels(own, file(SecurityContext.parse(pod.get().mount()), asked)));
    }

    /** Empty where the policy has no such type: it says by itself then what becomes of the process. */
    private String privileged(SecurityContext process, SelinuxOptions ofPod, SelinuxOptions asked) {
        SecurityContext unconfined = unconfined(process, ofPod);
        boolean known = selinux.canonical(unconfined.toString()).isPresent();
        return known || !asked.equals(SelinuxOptions.NONE) ? checked(unconfined, asked) : "";
    }

    /** What a privileged process makes on the node is the node's, and so without a pod's categories. */
    private static SecurityContext unconfined(SecurityContext process, SelinuxOptions ofPod) {
        SecurityContext result = ofPod.type().isEmpty() ? process.withType(PRIVILEGED) : process;
        return ofPod.level().isEmpty() && !process.level().isEmpty() ? result.withLevel(process.sensitivity()) : result;
    }

    /** Whether files need no label for it: there is none that it may not use, and others may be using them. */
    public static boolean reachesAllFiles(SelinuxLabels labels) {
        return labels.process().isEmpty()
                || SecurityContext.parse(labels.process()).type().equals(PRIVILEGED);
    }

    /** The level that keeps pods apart; empty where the policy has none. */
    public static String level(String label) {
        return label.isEmpty() ? "" : SecurityContext.parse(label).level();
    }

    private static void refuseWithoutLabels(SelinuxOptions asked, String problem) {
        if (!asked.equals(SelinuxOptions.NONE)) {
            throw Fault.precondition("cannot use selinux_options: " + problem);
        }
    }

    /** A file's type and role are not the process's; its user and level are. */
    private String file(SecurityContext base, SelinuxOptions asked) {
        SecurityContext file = base.withUser(or(asked.user(), base.user())).withLevel(or(asked.level(), base.level()));
        return selinux.canonical(file.toString())
                .orElseThrow(() -> Fault.invalid(
                        "cannot use selinux_options: the node's SELinux policy has no label " + file + " for files"));
    }

    private String checked(SecurityContext base, SelinuxOptions asked) {
        refuseSeparators("user", asked.user());
        refuseSeparators("role", asked.role());
        refuseSeparators("type", asked.type());
        SecurityContext wanted = applied(base, asked);
        return selinux.canonical(wanted.toString()).orElseThrow(() -> refusal(base, asked, wanted));
    }

    private static SecurityContext applied(SecurityContext base, SelinuxOptions asked) {
        return new SecurityContext(
                or(asked.user(), base.user()),
                or(asked.role(), base.role()),
                or(asked.type(), base.type()),
                or(asked.level(), base.level()));
    }

    private static void refuseSeparators(String field, String value) {
        if (value.contains(":")) {
            throw Fault.invalid("cannot use selinux_options." + field + " '" + value + "': it has a colon");
        }
    }

    /** Names the part that is wrong by itself, or all where only their combination is. */
    private Fault refusal(SecurityContext base, SelinuxOptions asked, SecurityContext wanted) {
        String reason = ": the node's SELinux policy has no label " + wanted;
        if (isWrong(asked.type(), base.withType(asked.type()))) {
            return Fault.invalid("cannot use selinux_options.type '" + asked.type() + "'" + reason);
        }
        if (isWrong(asked.level(), base.withLevel(asked.level()))) {
            return Fault.invalid("cannot use selinux_options.level '" + asked.level() + "'" + reason);
        }
        if (isWrong(asked.role(), base.withRole(asked.role()))) {
            return Fault.invalid("cannot use selinux_options.role '" + asked.role() + "'" + reason);
        }
        if (isWrong(asked.user(), base.withUser(asked.user()))) {
            return Fault.invalid("cannot use selinux_options.user '" + asked.user() + "'" + reason);
        }
        return Fault.invalid("cannot use selinux_options" + reason);
    }

    private boolean isWrong(String asked, SecurityContext alone) {
        return !asked.isEmpty() && selinux.canonical(alone.toString()).isEmpty();
    }

    private static String or(String asked, String otherwise) {
        return asked.isEmpty() ? otherwise : asked;
    }
}
