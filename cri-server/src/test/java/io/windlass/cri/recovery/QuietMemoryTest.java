package io.windlass.cri.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.pod.events.PodEvent;
import io.windlass.pod.events.PodEvents;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class QuietMemoryTest {
    private final PodEvents events = new PodEvents();
    private final LinkedBlockingQueue<Instant> given = new LinkedBlockingQueue<>();

    @Test
    void gives_back_once_after_the_start_and_once_after_each_change() throws Exception {
        try (QuietMemory _ = new QuietMemory(events, Duration.ofMillis(50), () -> given.add(Instant.now()))) {
            assertThat(given.poll(10, TimeUnit.SECONDS)).isNotNull();
            assertThat(given.poll(200, TimeUnit.MILLISECONDS)).isNull();
            events.publish(PodEvent.Type.STARTED, "id", Instant.now(), Optional.empty(), List.of());
            assertThat(given.poll(10, TimeUnit.SECONDS)).isNotNull();
            assertThat(given.poll(200, TimeUnit.MILLISECONDS)).isNull();
        }
    }
}
