package io.windlass.pod.fake;

import io.windlass.fault.Fault;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.plugin.ContainerChange;
import io.windlass.pod.plugin.ContainerView;
import io.windlass.pod.plugin.Creation;
import io.windlass.pod.plugin.PodPlugins;
import io.windlass.pod.plugin.PodView;
import io.windlass.pod.plugin.Update;
import io.windlass.runtime.oci.Spec;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** Writes down every call; refuses, adjusts and does what the test tells. */
public final class RecordingPlugins implements PodPlugins {
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final AtomicInteger holds = new AtomicInteger();
    private volatile String refused = "";
    private volatile Runnable during = () -> {};
    private volatile UnaryOperator<Spec> adjustment = UnaryOperator.identity();
    private volatile List<String> cdiDevices = List.of();
    private volatile List<ContainerChange> changes = List.of();

    public List<String> calls() {
        return List.copyOf(calls);
    }

    public void clear() {
        calls.clear();
    }

    public void refuse(String call) {
        refused = call;
    }

    /** Runs within every later call. */
    public void during(Runnable work) {
        during = work;
    }

    public void adjust(UnaryOperator<Spec> next) {
        adjustment = next;
    }

    /** CDI devices for every container that is made later. */
    public void addDevices(List<String> names) {
        cdiDevices = names;
    }

    /** Asked for by every later call that may ask. */
    public void change(List<ContainerChange> next) {
        changes = next;
    }

    private void called(String call, String name) {
        if (holds.get() == 0 && !call.equals("stopContainer")) {
            throw new AssertionError(call + " without a hold");
        }
        calls.add(call + " " + name);
        during.run();
        if (call.equals(refused)) {
            throw Fault.precondition("a plugin refused " + call);
        }
    }

    private void called(String call, PodView pod) {
        called(call, pod.definition().config().metadata().name());
    }

    private void called(String call, ContainerView container) {
        called(call, container.definition().config().metadata().name());
    }

    @Override
    public Hold hold() {
        holds.incrementAndGet();
        return holds::decrementAndGet;
    }

    @Override
    public void runPodSandbox(PodView pod) {
        called("runPodSandbox", pod);
    }

    @Override
    public void updatePodSandbox(PodView pod, LinuxContainerResources overhead, LinuxContainerResources resources) {
        called("updatePodSandbox", pod);
    }

    @Override
    public void postUpdatePodSandbox(PodView pod) {
        called("postUpdatePodSandbox", pod);
    }

    @Override
    public void stopPodSandbox(PodView pod) {
        called("stopPodSandbox", pod);
    }

    @Override
    public void removePodSandbox(PodView pod) {
        called("removePodSandbox", pod);
    }

    @Override
    public Creation createContainer(PodView pod, ContainerView container) {
        called("createContainer", container);
        return new Creation(adjustment.apply(container.definition().spec()), cdiDevices, changes);
    }

    @Override
    public void postCreateContainer(PodView pod, ContainerView container) {
        called("postCreateContainer", container);
    }

    @Override
    public void startContainer(PodView pod, ContainerView container) {
        called("startContainer", container);
    }

    @Override
    public void postStartContainer(PodView pod, ContainerView container) {
        called("postStartContainer", container);
    }

    @Override
    public Update updateContainer(PodView pod, ContainerView container, LinuxContainerResources resources) {
        called("updateContainer", container);
        return new Update(resources, changes);
    }

    @Override
    public void postUpdateContainer(PodView pod, ContainerView container) {
        called("postUpdateContainer", container);
    }

    @Override
    public List<ContainerChange> stopContainer(PodView pod, ContainerView container) {
        called("stopContainer", container);
        return changes;
    }

    @Override
    public void removeContainer(PodView pod, ContainerView container) {
        called("removeContainer", container);
    }

    @Override
    public void abandonContainer(PodView pod, ContainerView container) {
        called("abandonContainer", container);
    }
}
