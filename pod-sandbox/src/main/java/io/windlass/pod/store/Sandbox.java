package io.windlass.pod.store;

import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.PodSandboxStatus;
import io.windlass.pod.model.SandboxState;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.UnaryOperator;

/** A sandbox of the store: its fixed definition beside its changing condition. Thread-safe. */
public final class Sandbox {
    private final PodTables tables;
    private final SandboxDefinition definition;
    private final ReentrantReadWriteLock lifecycle = new ReentrantReadWriteLock();
    private volatile SandboxCondition condition;

    Sandbox(PodTables tables, SandboxDefinition definition, SandboxCondition condition) {
        this.tables = tables;
        this.definition = definition;
        this.condition = condition;
    }

    public PodSandboxId id() {
        return definition.id();
    }

    public SandboxDefinition definition() {
        return definition;
    }

    public SandboxCondition condition() {
        return condition;
    }

    public boolean ready() {
        return condition.state() instanceof SandboxState.Ready;
    }

    /** What it takes besides its containers, as it was made or last updated. */
    public Optional<LinuxContainerResources> overhead() {
        return condition.overhead().or(() -> definition.config().linux().overhead());
    }

    /** What its containers may take together, as it was made or last updated. */
    public Optional<LinuxContainerResources> resources() {
        return condition.resources().or(() -> definition.config().linux().resources());
    }

    /** Written by what takes the sandbox apart (stop, remove), read by what makes something in it (create container). */
    public ReadWriteLock lifecycle() {
        return lifecycle;
    }

    /** Changes the condition: stored first, then seen by everyone. */
    public synchronized SandboxCondition update(UnaryOperator<SandboxCondition> change) {
        SandboxCondition next = change.apply(condition);
        if (!next.equals(condition)) {
            tables.updateSandbox(id(), next);
            condition = next;
        }
        return next;
    }

    /** The sandbox as the CRI shows it. */
    public PodSandboxStatus status() {
        SandboxCondition now = condition;
        PodSandboxConfig config = definition.config();
        return new PodSandboxStatus(
                id(),
                config.metadata(),
                now.state(),
                definition.createdAt(),
                now.addresses(),
                definition.namespaces(),
                config.labels(),
                config.annotations(),
                definition.runtimeHandler());
    }

    @Override
    public String toString() {
        return id() + " of " + definition.config().metadata();
    }
}
