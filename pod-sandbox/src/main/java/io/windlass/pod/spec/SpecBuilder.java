package io.windlass.pod.spec;

import io.windlass.pod.model.ContainerUser;
import io.windlass.pod.model.SelinuxLabels;
import io.windlass.pod.model.UserNamespace;
import io.windlass.pod.security.LabelRules;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Root;
import io.windlass.runtime.oci.Spec;
import java.util.List;
import java.util.Optional;

/**
 * Turns a CRI container configuration and its image's configuration into an OCI document. Thread-safe.
 *
 * <p>What this release or this kernel cannot do is refused by a message that names the field.
 */
public final class SpecBuilder {
    private final Node node;

    public SpecBuilder(Node node) {
        this.node = node;
    }

    /** Reads and makes folders of the node for the volumes; changes nothing else. */
    public BuiltSpec build(SpecRequest request) {
        Refusals.check(request);
        Optional<SelinuxLabels> labels = labels(request);
        Passwd passwd = Passwd.read(request.rootfs());
        ContainerUser user =
                UserResolution.resolve(request.security(), request.image().user(), passwd);
        UserIds.check(request, user);
        MappedVolumes.of(request, node)
                .requireMappable(
                        request.rootfs().lowers().getFirst(),
                        "create container " + request.config().metadata() + ": the layers of its image");
        MountPlan mounts = MountPlan.of(request, labels, node);
        DevicePlan devices = DevicePlan.of(request);
        Linux linux = Linux.builder()
                .namespaces(NamespacePlan.namespaces(request))
                .uidMappings(
                        IdMappings.of(request.user().map(UserNamespace::uids).orElse(List.of())))
                .gidMappings(
                        IdMappings.of(request.user().map(UserNamespace::gids).orElse(List.of())))
                .devices(devices.devices())
                .cgroupsPath(request.cgroupPath())
                .resources(ResourcePlan.resources(request, devices.rules()))
                .rootfsPropagation(mounts.rootfsPropagation())
                .seccomp(SeccompSelection.select(request.security(), node).orElse(null))
                .maskedPaths(ProtectedPaths.masked(request.security()))
                .readonlyPaths(ProtectedPaths.readonly(request.security()))
                .mountLabel(labels.map(SelinuxLabels::mount).orElse(null))
                .build();
        Spec spec = Spec.builder()
                .process(ProcessPlan.process(request, user, passwd, labels, node))
                .root(new Root("", request.security().readonlyRootfs()))
                .mounts(mounts.with(devices.binds()))
                .annotations(request.config().annotations())
                .linux(linux)
                .build();
        return new BuiltSpec(spec, user, labels, mounts.relabellings());
    }

    private Optional<SelinuxLabels> labels(SpecRequest request) {
        return new LabelRules(node.selinux())
                .ofContainer(
                        request.podLabels(),
                        request.sandbox().linux().securityContext().selinuxOptions(),
                        request.security().selinuxOptions(),
                        request.security().privileged());
    }
}
