package io.windlass.runtime.shim;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.runtime.program.TypicalContainer;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@RequiresRoot
class ManyAtATimeIT {
    private static final int PODS = 4;
    private static final int CONTAINERS = 6;
    private static final int EXECS = 40;

    private static ShimHost host;

    @BeforeAll
    static void start() {
        host = new ShimHost();
    }

    @AfterAll
    static void end() throws IOException {
        host.close();
    }

    @Test
    void runsManyContainersOfManyPodsAtATime() throws Exception {
        List<PodShim> pods = new ArrayList<>();
        List<Callable<Integer>> work = new ArrayList<>();
        for (int pod = 0; pod < PODS; pod++) {
            PodShim shim = host.pod();
            pods.add(shim);
            for (int container = 0; container < CONTAINERS; container++) {
                int code = pod * CONTAINERS + container;
                ContainerLaunch launch = host.shell("exit " + code);
                work.add(() -> {
                    host.run(shim, launch);
                    return host.awaitExit(launch).exitCode();
                });
            }
        }

        List<Integer> codes = all(work);

        for (int i = 0; i < codes.size(); i++) {
            assertThat(codes.get(i)).isEqualTo(i);
        }
        for (PodShim pod : pods) {
            assertThat(pod.list()).hasSize(CONTAINERS).allMatch(c -> c.state() == ShimContainer.State.EXITED);
        }
    }

    @Test
    void keepsNothingOpenAfterManyExecs() throws Exception {
        PodShim pod = host.pod();
        ContainerLaunch launch =
                host.launch(TypicalContainer.spec("sleep", "1000").build());
        pod.create(launch);
        pod.start(launch.containerId());
        Callable<Integer> exec = () -> host.execute(pod, launch, "true").exitCode();
        exec.call();
        long before = openFiles();

        assertThat(all(Stream.generate(() -> exec).limit(EXECS).toList())).containsOnly(0);

        ShimHost.eventually("closed descriptors", () -> openFiles() <= before);
    }

    private static long openFiles() {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static <T> List<T> all(List<Callable<T>> work) throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<T> results = new ArrayList<>();
            for (Future<T> result : threads.invokeAll(work)) {
                results.add(result.get());
            }
            return results;
        }
    }
}
