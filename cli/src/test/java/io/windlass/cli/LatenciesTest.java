package io.windlass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatenciesTest {
    @Test
    void reports_percentiles_by_nearest_rank() {
        Latencies latencies = new Latencies();
        for (int i = 1; i <= 100; i++) {
            latencies.add("start", i * 1_000_000L);
        }
        assertThat(latencies.table().lines().toList().get(1)).matches("start +100 +1\\.00 +50\\.00 +95\\.00 +100\\.00");
    }
}
