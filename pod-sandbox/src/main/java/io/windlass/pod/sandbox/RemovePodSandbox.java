package io.windlass.pod.sandbox;

import io.windlass.pod.container.Announcements;
import io.windlass.pod.container.RemoveContainer;
import io.windlass.pod.lifecycle.Exclusively;
import io.windlass.pod.lifecycle.PluginCalls;
import io.windlass.pod.plugin.PodPlugins;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import io.windlass.pod.store.SandboxDefinition;
import java.time.Instant;

/** Removes a sandbox with all its containers (CRI {@code RemovePodSandbox}). Idempotent; thread-safe. */
public final class RemovePodSandbox {
    private final PodStore store;
    private final StopPodSandbox stopping;
    private final RemoveContainer containers;
    private final SandboxEnd end;
    private final PluginCalls plugins;
    private final Announcements announcements;

    public RemovePodSandbox(
            PodStore store,
            StopPodSandbox stopping,
            RemoveContainer containers,
            SandboxEnd end,
            PluginCalls plugins,
            Announcements announcements) {
        this.store = store;
        this.stopping = stopping;
        this.containers = containers;
        this.end = end;
        this.plugins = plugins;
        this.announcements = announcements;
    }

    /** Of an unknown sandbox: nothing to do, no error. */
    public void remove(String id) {
        store.findSandbox(id).ifPresent(sandbox -> {
            try (PodPlugins.Hold _ = plugins.hold()) {
                Exclusively.run(
                        sandbox.lifecycle().writeLock(), "remove pod sandbox " + sandbox.id(), () -> remove(sandbox));
            }
        });
    }

    private void remove(Sandbox sandbox) {
        if (store.findSandbox(sandbox.id().value()).isEmpty()) {
            return;
        }
        stopping.stop(sandbox);
        store.containersOf(sandbox.id()).forEach(containers::remove);
        SandboxDefinition definition = sandbox.definition();
        end.dismantle(sandbox.id(), definition.ownsCgroupParent() ? definition.cgroupParent() : "");
        store.remove(sandbox);
        announcements.removed(sandbox, Instant.now());
        plugins.removePodSandbox(definition, sandbox.condition().addresses());
    }
}
