package io.windlass.pod.sandbox;

import io.windlass.pod.container.Announcements;
import io.windlass.pod.container.ContainerEnd;
import io.windlass.pod.events.PodEvent;
import io.windlass.pod.lifecycle.Exclusively;
import io.windlass.pod.lifecycle.PluginCalls;
import io.windlass.pod.model.SandboxState;
import io.windlass.pod.plugin.PodPlugins;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import java.time.Instant;

/** Ends everything that runs in a sandbox and gives its network back (CRI {@code StopPodSandbox}). Idempotent; thread-safe. */
public final class StopPodSandbox {
    private final PodStore store;
    private final ContainerEnd containers;
    private final SandboxEnd end;
    private final PluginCalls plugins;
    private final Announcements announcements;

    public StopPodSandbox(
            PodStore store, ContainerEnd containers, SandboxEnd end, PluginCalls plugins, Announcements announcements) {
        this.store = store;
        this.containers = containers;
        this.end = end;
        this.plugins = plugins;
        this.announcements = announcements;
    }

    /** Of an unknown sandbox: nothing to do, no error. */
    public void stop(String id) {
        store.findSandbox(id).ifPresent(sandbox -> {
            try (PodPlugins.Hold _ = plugins.hold()) {
                Exclusively.run(
                        sandbox.lifecycle().writeLock(), "stop pod sandbox " + sandbox.id(), () -> stop(sandbox));
            }
        });
    }

    /** For whoever holds the sandbox's lock. A sandbox that is not ready is released again: the first try may have failed. */
    void stop(Sandbox sandbox) {
        store.containersOf(sandbox.id()).forEach(containers::kill);
        store.containersOf(sandbox.id()).forEach(containers::awaitTold);
        if (sandbox.ready()) {
            plugins.stopPodSandbox(sandbox);
        }
        end.release(sandbox.id());
        if (sandbox.ready()) {
            Instant now = Instant.now();
            sandbox.update(condition -> condition.withState(new SandboxState.NotReady(now, "stopped")));
            announcements.sandbox(PodEvent.Type.STOPPED, sandbox.id(), now);
        }
    }
}
