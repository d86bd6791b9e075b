package io.windlass.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class DownloadsTest {
    private final Downloads downloads = new Downloads(new DownloadLimits(3, 2, 0, 1, 1));

    private CompletableFuture<Downloads.Place> acquire(String server) {
        CompletableFuture<Downloads.Place> result = new CompletableFuture<>();
        Thread _ = Thread.ofVirtual().start(() -> result.complete(downloads.acquire(server)));
        return result;
    }

    @Test
    void aServerHasItsOwnLimitWhichDoesNotHoldUpOthers() throws Exception {
        Downloads.Place first = acquire("a").get();
        acquire("a").get();
        CompletableFuture<Downloads.Place> third = acquire("a");

        acquire("b").get();
        assertThat(third).isNotDone();

        first.close();
        assertThat(third.get(10, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void allServersTogetherHaveALimitToo() throws Exception {
        Downloads.Place first = acquire("a").get();
        acquire("b").get();
        acquire("c").get();
        CompletableFuture<Downloads.Place> fourth = acquire("d");
        assertThat(fourth).isNotDone();

        first.close();
        first.close();
        assertThat(fourth.get(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(acquire("e")).isNotDone();
    }

    @Test
    void aWaitThatIsInterruptedTakesNothing() throws Exception {
        Downloads.Place first = acquire("a").get();
        Downloads.Place second = acquire("a").get();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> downloads.acquire("a"))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.CANCELLED));
        assertThat(Thread.interrupted()).isTrue();

        first.close();
        second.close();
        acquire("a").get();
        assertThat(acquire("a").get()).isNotNull();
    }
}
