package io.windlass.pod.stats;

import io.windlass.pod.model.PodSandboxMetadata;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.Sandbox;
import java.util.List;

/**
 * What a metric is about, in the labels that every metric has.
 *
 * @param container empty for the pod as a whole, so that sums over containers do not count twice
 * @param id the cgroup
 * @param name the id in the CRI
 */
record Subject(String container, String id, String image, String name, String namespace, String pod) {
    static final List<String> LABELS = List.of("container", "id", "image", "name", "namespace", "pod");

    static Subject of(Sandbox sandbox) {
        PodSandboxMetadata metadata = sandbox.definition().config().metadata();
        return new Subject(
                "",
                sandbox.definition().cgroupParent(),
                "",
                sandbox.id().value(),
                metadata.namespace(),
                metadata.name());
    }

    static Subject of(Sandbox sandbox, Container container) {
        PodSandboxMetadata metadata = sandbox.definition().config().metadata();
        return new Subject(
                container.definition().config().metadata().name(),
                container.definition().cgroupPath(),
                container.definition().config().image().image(),
                container.id().value(),
                metadata.namespace(),
                metadata.name());
    }

    List<String> values() {
        return List.of(container, id, image, name, namespace, pod);
    }
}
