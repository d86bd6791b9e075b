package io.windlass.pod.store;

import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.ContainerStatus;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/** A container of the store: its fixed definition beside its changing condition. Thread-safe. */
public final class Container {
    private final PodTables tables;
    private final ContainerDefinition definition;
    private final ReentrantLock operations = new ReentrantLock();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch endTold = new CountDownLatch(1);
    private volatile ContainerCondition condition;

    Container(PodTables tables, ContainerDefinition definition, ContainerCondition condition) {
        this.tables = tables;
        this.definition = definition;
        this.condition = condition;
        noteEnd(condition);
        if (condition.state() instanceof ContainerState.Exited) {
            endTold.countDown();
        }
    }

    public ContainerId id() {
        return definition.id();
    }

    public ContainerDefinition definition() {
        return definition;
    }

    public ContainerCondition condition() {
        return condition;
    }

    public ContainerState state() {
        return condition.state();
    }

    /** Held by operations that must not meet on one container: start, update and remove. */
    public ReentrantLock operations() {
        return operations;
    }

    /** Changes the condition: stored first, then seen by everyone. */
    public synchronized ContainerCondition update(UnaryOperator<ContainerCondition> change) {
        ContainerCondition next = change.apply(condition);
        if (!next.equals(condition)) {
            tables.updateContainer(id(), next);
            condition = next;
            noteEnd(next);
        }
        return next;
    }

    private void noteEnd(ContainerCondition now) {
        if (now.state() instanceof ContainerState.Exited) {
            ended.countDown();
        }
    }

    /** Waits until the container has exited; false when it has not after {@code timeout}. */
    public boolean awaitExit(Duration timeout) throws InterruptedException {
        return ended.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Everyone who takes part in its life has heard of its end. */
    public void endTold() {
        endTold.countDown();
    }

    /** Waits until {@link #endTold}, for a container that has exited. */
    public void awaitEndTold() throws InterruptedException {
        endTold.await();
    }

    /** The container as the CRI shows it. */
    public ContainerStatus status() {
        ContainerCondition now = condition;
        ContainerConfig config = definition.config();
        return new ContainerStatus(
                id(),
                definition.sandboxId(),
                config.metadata(),
                now.state(),
                definition.createdAt(),
                config.image(),
                definition.imageReference(),
                definition.imageId(),
                config.labels(),
                config.annotations(),
                definition.mounts(),
                definition.logPath(),
                now.resources(),
                definition.user(),
                definition.stopSignal(),
                "");
    }

    @Override
    public String toString() {
        return id() + " " + definition.config().metadata();
    }
}
