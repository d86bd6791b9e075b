package io.windlass.pod.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Requests that meet. */
class JoiningTest {
    private final Joining<String, String, String> joining = new Joining<>("make");

    @Test
    void theSameRequestWaitsForTheFirstOnesResult() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        Supplier<String> work = () -> {
            begun.countDown();
            awaitQuietly(go);
            return "run " + runs.incrementAndGet();
        };
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<String> first = executor.submit(() -> joining.run("name", "request", work));
            begun.await();
            Future<String> second = executor.submit(() -> joining.run("name", "request", work));
            assertThatThrownBy(() -> joining.run("name", "other", work))
                    .isInstanceOfSatisfying(
                            Fault.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.ALREADY_EXISTS))
                    .hasMessageContaining("cannot make name");
            go.countDown();
            assertThat(first.get()).isEqualTo("run 1");
            assertThat(second.get()).isIn("run 1", "run 2");
        }
    }

    @Test
    void aCallerWhoGoesAwayDoesNotStopTheWork() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch finished = new CountDownLatch(1);
        Thread caller = Thread.ofVirtual()
                .unstarted(() -> assertThatThrownBy(() -> joining.run("name", "request", () -> {
                            begun.countDown();
                            awaitQuietly(go);
                            finished.countDown();
                            return "done";
                        }))
                        .isInstanceOfSatisfying(
                                Fault.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.CANCELLED)));
        caller.start();
        begun.await();
        caller.interrupt();
        caller.join();
        go.countDown();
        assertThat(finished.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aFailureReachesEveryCallerAndIsForgotten() {
        assertThatThrownBy(() -> joining.run("name", "request", () -> {
                    throw Fault.precondition("cannot make name: it rains");
                }))
                .hasMessage("cannot make name: it rains");
        assertThat(joining.run("name", "request", () -> "done")).isEqualTo("done");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
