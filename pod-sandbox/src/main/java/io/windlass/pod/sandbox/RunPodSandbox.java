package io.windlass.pod.sandbox;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.fault.Rollback;
import io.windlass.pod.container.Announcements;
import io.windlass.pod.events.PodEvent;
import io.windlass.pod.lifecycle.Joining;
import io.windlass.pod.lifecycle.PluginCalls;
import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.lifecycle.PodFolders;
import io.windlass.pod.lifecycle.PodMounts;
import io.windlass.pod.lifecycle.RootOwner;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.DnsConfig;
import io.windlass.pod.model.LinuxPodSandboxConfig;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.PodSandboxMetadata;
import io.windlass.pod.model.RuntimeHandlers;
import io.windlass.pod.model.SandboxState;
import io.windlass.pod.model.UserNamespace;
import io.windlass.pod.network.NetworkAttachment;
import io.windlass.pod.network.PodNetwork;
import io.windlass.pod.network.PodNetworkRequest;
import io.windlass.pod.plugin.PodPlugins;
import io.windlass.pod.security.Labelling;
import io.windlass.pod.spec.IdMappings;
import io.windlass.pod.spec.Node;
import io.windlass.pod.spec.ResourcePlan;
import io.windlass.pod.spec.SysctlRules;
import io.windlass.pod.spec.UserNamespaceRules;
import io.windlass.pod.store.Intent;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import io.windlass.pod.store.SandboxCondition;
import io.windlass.pod.store.SandboxDefinition;
import io.windlass.runtime.shim.PodNamespace;
import io.windlass.runtime.shim.PodSpawn;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Makes a sandbox (CRI {@code RunPodSandbox}). Thread-safe: the same request, while it runs, is joined. */
public final class RunPodSandbox {
    private final PodStore store;
    private final Shims shims;
    private final PodFolders folders;
    private final PodMounts mounts;
    private final PodCgroups cgroups;
    private final PodNetwork network;
    private final SandboxEnd end;
    private final PluginCalls plugins;
    private final Announcements announcements;
    private final Node node;
    private final Labelling labelling;
    private final Joining<PodSandboxMetadata, PodSandboxConfig, PodSandboxId> runs = new Joining<>("run pod sandbox");

    public RunPodSandbox(
            PodStore store,
            Shims shims,
            PodFolders folders,
            PodMounts mounts,
            PodCgroups cgroups,
            PodNetwork network,
            SandboxEnd end,
            PluginCalls plugins,
            Announcements announcements,
            Node node,
            Labelling labelling) {
        this.store = store;
        this.shims = shims;
        this.folders = folders;
        this.mounts = mounts;
        this.cgroups = cgroups;
        this.network = network;
        this.end = end;
        this.plugins = plugins;
        this.announcements = announcements;
        this.node = node;
        this.labelling = labelling;
    }

    /**
     * @param runtimeHandler empty for the default one; others are refused
     * @return the id, once the sandbox is ready; of the same sandbox that exists already, too
     */
    public PodSandboxId run(PodSandboxConfig config, String runtimeHandler) {
        if (!RuntimeHandlers.NAMES.contains(runtimeHandler)) {
            throw Fault.invalid("cannot run pod sandbox " + config.metadata() + ": there is no runtime_handler '"
                    + runtimeHandler + "'");
        }
        SandboxRules.check(config);
        UserNamespaceRules.check(
                config.linux().securityContext().namespaceOptions().ownUser(),
                node,
                "run pod sandbox " + config.metadata());
        return runs.run(config.metadata(), config, () -> {
            try (PodPlugins.Hold _ = plugins.hold()) {
                return runOnce(config, runtimeHandler);
            }
        });
    }

    private PodSandboxId runOnce(PodSandboxConfig config, String runtimeHandler) {
        Optional<Sandbox> existing = store.sandboxes().stream()
                .filter(sandbox -> sandbox.definition().config().metadata().equals(config.metadata()))
                .findFirst();
        return existing.isPresent() ? reuse(existing.get(), config) : make(config, runtimeHandler);
    }

    /** A caller that missed the answer asks again. */
    private static PodSandboxId reuse(Sandbox sandbox, PodSandboxConfig config) {
        if (sandbox.ready() && sandbox.definition().config().equals(config)) {
            return sandbox.id();
        }
        throw new Fault(
                FaultKind.ALREADY_EXISTS,
                "cannot run pod sandbox %s: sandbox %s has that name and is %s; remove it first"
                        .formatted(
                                config.metadata(),
                                sandbox.id(),
                                sandbox.ready() ? "of a different configuration" : "not ready"));
    }

    private PodSandboxId make(PodSandboxConfig config, String runtimeHandler) {
        SandboxDefinition unlabelled = definition(config, runtimeHandler);
        PodSandboxId id = unlabelled.id();
        Intent intent = new Intent(Intent.Kind.SANDBOX, id.value(), id, ownGroup(unlabelled));
        try (Rollback rollback = new Rollback("run pod sandbox " + id)) {
            store.intend(intent);
            rollback.onFailure("undo what the intent says", () -> end.undo(intent));
            SandboxDefinition definition = label(unlabelled);
            folders.create(id);
            limitOwnGroup(definition);
            if (definition.ownNamespaces().contains(PodNamespace.IPC)) {
                mounts.mountSharedMemory(id, RootOwner.of(definition.namespaces()), definition.selinux());
            }
            shims.spawn(id, spawn(definition));
            List<InetAddress> addresses =
                    definition.hostNetwork() ? List.of() : attach(definition).addresses();
            new EtcFiles(folders, labelling).write(definition, addresses);
            plugins.runPodSandbox(definition, addresses);
            rollback.onFailure("tell plugins that it is gone", () -> plugins.removePodSandbox(definition, addresses));
            store.add(definition, SandboxCondition.made(new SandboxState.Ready(), addresses));
            announcements.sandbox(PodEvent.Type.CREATED, id, definition.createdAt());
            announcements.sandbox(PodEvent.Type.STARTED, id, Instant.now());
            rollback.commit();
            return id;
        }
    }

    private SandboxDefinition definition(PodSandboxConfig config, String runtimeHandler) {
        PodSandboxId id = PodSandboxId.generate();
        String asked = config.linux().cgroupParent();
        String parent = asked.isEmpty() ? cgroups.ownParent(id) : parent(asked, config);
        return new SandboxDefinition(
                id, config, runtimeHandler, Instant.now(), parent, asked.isEmpty(), Optional.empty());
    }

    private SandboxDefinition label(SandboxDefinition definition) {
        try {
            return definition.withSelinux(labelling.label(
                    definition.id(),
                    definition.config().linux().securityContext().selinuxOptions()));
        } catch (Fault e) {
            throw e.in("cannot run pod sandbox " + definition.config().metadata());
        }
    }

    /** A group that the caller named is the caller's to limit. */
    private void limitOwnGroup(SandboxDefinition definition) {
        LinuxPodSandboxConfig linux = definition.config().linux();
        if (definition.ownsCgroupParent() && linux.resources().isPresent()) {
            cgroups.limitOwnParent(
                    definition.cgroupParent(), ResourcePlan.of(PodLimits.of(linux.resources(), linux.overhead())));
        }
    }

    private String parent(String asked, PodSandboxConfig config) {
        try {
            return cgroups.parent(asked);
        } catch (Fault e) {
            throw e.in("cannot run pod sandbox " + config.metadata() + ": linux.cgroup_parent");
        }
    }

    private static String ownGroup(SandboxDefinition definition) {
        return definition.ownsCgroupParent() ? definition.cgroupParent() : "";
    }

    private PodSpawn spawn(SandboxDefinition definition) {
        Optional<UserNamespace> user = definition.namespaces().ownUser();
        return new PodSpawn(
                definition.id().value(),
                folders.pod(definition.id()),
                definition.ownNamespaces(),
                definition.config().hostname(),
                SysctlRules.check(definition.config().linux().sysctls(), definition.namespaces()),
                user.map(own -> IdMappings.of(own.uids())).orElse(List.of()),
                user.map(own -> IdMappings.of(own.gids())).orElse(List.of()));
    }

    private NetworkAttachment attach(SandboxDefinition definition) {
        PodSandboxConfig config = definition.config();
        return network.attach(new PodNetworkRequest(
                definition.id().value(),
                config.metadata().name(),
                config.metadata().namespace(),
                config.metadata().uid(),
                folders.namespace(definition.id(), PodNamespace.NET),
                config.hostname(),
                definition.cgroupParent(),
                config.portMappings(),
                config.dnsConfig().orElse(new DnsConfig(List.of(), List.of(), List.of())),
                config.annotations()));
    }
}
