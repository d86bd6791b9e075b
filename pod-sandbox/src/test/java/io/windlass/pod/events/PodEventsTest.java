package io.windlass.pod.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The feed of events. */
class PodEventsTest {
    private final PodEvents events = new PodEvents();

    private void publish(String id) {
        events.publish(PodEvent.Type.CREATED, id, Instant.EPOCH, Optional.empty(), List.of());
    }

    @Test
    void listenersHearEventsInOrderUntilTheyLeave() {
        List<String> heard = new ArrayList<>();
        try (PodEvents.Subscription _ = events.subscribe(event -> heard.add(event.id()))) {
            publish("a");
            publish("b");
        }
        publish("c");
        assertThat(heard).containsExactly("a", "b");
    }

    @Test
    void theLatestCanBeReadAgainAndALossIsTold() {
        for (int i = 0; i < 5000; i++) {
            publish("e" + i);
        }
        assertThat(events.since(4998).orElseThrow()).extracting(PodEvent::id).containsExactly("e4998", "e4999");
        assertThat(events.since(5000).orElseThrow()).isEmpty();
        assertThat(events.since(3)).isEmpty();
    }
}
