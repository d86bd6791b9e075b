package io.windlass.nri.message;

import io.windlass.pod.model.CdiDevice;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.SecurityProfile;
import io.windlass.pod.plugin.ContainerView;
import io.windlass.pod.store.ContainerDefinition;
import io.windlass.proto.nri.CDIDevice;
import io.windlass.proto.nri.Container;
import io.windlass.proto.nri.Image;
import io.windlass.proto.nri.Mount;
import io.windlass.proto.nri.User;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Spec;
import java.time.Instant;

/** Containers in NRI's words. */
public final class ContainerMessages {
    private ContainerMessages() {}

    public static Container of(ContainerView view) {
        ContainerDefinition definition = view.definition();
        Spec spec = definition.spec();
        Container.Builder message = Container.newBuilder()
                .setId(definition.id().value())
                .setPodSandboxId(definition.sandboxId().value())
                .setName(definition.config().metadata().name())
                .putAllLabels(definition.config().labels())
                .putAllAnnotations(spec.annotations())
                .setCreatedAt(nanoseconds(definition.createdAt()))
                .setImage(Image.newBuilder()
                        .setName(definition.config().image().image())
                        .setConfigDigest(definition.imageId()));
        state(message, view);
        spec.mounts()
                .forEach(mount -> message.addMounts(Mount.newBuilder()
                        .setDestination(mount.destination())
                        .setType(mount.type())
                        .setSource(mount.source())
                        .addAllOptions(mount.options())));
        if (spec.hooks() != null) {
            message.setHooks(OciMessages.hooks(spec.hooks()));
        }
        if (spec.process() != null) {
            process(message, spec.process());
        }
        definition.config().cdiDevices().stream()
                .map(CdiDevice::name)
                .forEach(name -> message.addCDIDevices(CDIDevice.newBuilder().setName(name)));
        return message.setLinux(LinuxMessages.of(
                        spec,
                        view.resources(),
                        definition
                                .config()
                                .securityContext()
                                .seccomp()
                                .orElse(new SecurityProfile(SecurityProfile.Type.UNCONFINED, ""))))
                .build();
    }

    private static void process(Container.Builder message, Process process) {
        message.addAllArgs(process.args()).addAllEnv(process.env());
        process.rlimits().forEach(limit -> message.addRlimits(OciMessages.rlimit(limit)));
        User.Builder user = User.newBuilder().setUid((int) process.user().uid()).setGid((int)
                process.user().gid());
        process.user().additionalGids().forEach(gid -> user.addAdditionalGids(gid.intValue()));
        message.setUser(user);
    }

    private static void state(Container.Builder message, ContainerView view) {
        if (view.state().isEmpty()) {
            message.setState(io.windlass.proto.nri.ContainerState.CONTAINER_UNKNOWN);
            return;
        }
        switch (view.state().get()) {
            case ContainerState.Created created ->
                message.setState(io.windlass.proto.nri.ContainerState.CONTAINER_CREATED)
                        .setPid((int) created.process().pid());
            case ContainerState.Running running ->
                message.setState(io.windlass.proto.nri.ContainerState.CONTAINER_RUNNING)
                        .setPid((int) running.process().pid())
                        .setStartedAt(nanoseconds(running.startedAt()));
            case ContainerState.Exited exited -> {
                message.setState(io.windlass.proto.nri.ContainerState.CONTAINER_STOPPED)
                        .setFinishedAt(nanoseconds(exited.finishedAt()))
                        .setExitCode(exited.exitCode())
                        .setStatusReason(exited.reason())
                        .setStatusMessage(exited.message());
                exited.startedAt().ifPresent(at -> message.setStartedAt(nanoseconds(at)));
            }
            case ContainerState.Unknown unknown ->
                message.setState(io.windlass.proto.nri.ContainerState.CONTAINER_UNKNOWN)
                        .setStatusReason(unknown.reason());
        }
    }

    private static long nanoseconds(Instant at) {
        return at.getEpochSecond() * 1_000_000_000 + at.getNano();
    }
}
