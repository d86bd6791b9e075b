package io.windlass.pod.security;

import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.SelinuxLabels;
import io.windlass.pod.model.SelinuxOptions;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/** The SELinux labels of the pods that there are. Thread-safe. */
public final class Labelling {
    private final Selinux selinux;
    private final LabelRules rules;
    private final Levels levels;

    public Labelling(Selinux selinux) {
        this.selinux = selinux;
        this.rules = new LabelRules(selinux);
        this.levels = new Levels(Math.max(2, selinux.categories()), new SecureRandom());
    }

    /** The labels of a new pod, with a level of its own until {@link #release}; absent where nothing is labelled. */
    public Optional<SelinuxLabels> label(PodSandboxId pod, Optional<SelinuxOptions> asked) {
        Optional<SelinuxLabels> labels = rules.ofPod(asked, sensitivity -> levels.allocate(pod, sensitivity));
        labels.ifPresent(found -> keep(pod, found));
        return labels;
    }

    /** No other pod is given the level of these labels before {@link #release}. */
    public void keep(PodSandboxId pod, SelinuxLabels labels) {
        reserve(pod, labels.process());
        reserve(pod, labels.mount());
    }

    private void reserve(PodSandboxId pod, String label) {
        String level = LabelRules.level(label);
        if (!level.isEmpty()) {
            levels.reserve(pod, level);
        }
    }

    /** The pod has gone. Idempotent. */
    public void release(PodSandboxId pod) {
        levels.release(pod);
    }

    /** As {@link Selinux#relabel}. */
    public void relabel(Path top, String label) {
        selinux.relabel(top, label);
    }
}
