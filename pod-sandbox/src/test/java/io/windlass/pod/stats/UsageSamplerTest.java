package io.windlass.pod.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.pod.fake.FakeCgroups;
import io.windlass.pod.fake.PodWorld;
import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.ContainerStatsFilter;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.PodSandboxStatsFilter;
import io.windlass.pod.store.Container;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsageSamplerTest {
    private final PodWorld world;
    private final Container container;
    private final FakeCgroups.Group group;
    private final List<Runnable> background = new ArrayList<>();
    private final UsageSampler sampler;
    private long now;

    UsageSamplerTest(@TempDir Path folder) {
        world = new PodWorld(folder);
        PodSandboxId sandbox = world.runSandbox("web");
        container = world.pods()
                .store()
                .container(world.startContainer(sandbox, "main").value());
        group = world.cgroups().group(container.definition().cgroupPath());
        sampler = new UsageSampler(
                world.pods().store(),
                new Shims(world.shims()),
                new PodCgroups(world.cgroups(), "/windlass"),
                world.rootfs(),
                world.pods().quotas(),
                () -> now,
                background::add);
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void aContainerIsReadOnceASecond() {
        for (int i = 0; i < 5; i++) {
            sampler.group(container);
        }
        assertThat(group.reads()).isEqualTo(1);
        pass(Duration.ofMillis(999));
        sampler.group(container);
        assertThat(group.reads()).isEqualTo(1);
        pass(Duration.ofMillis(1));
        sampler.group(container);
        assertThat(group.reads()).isEqualTo(2);
    }

    @Test
    void oneReadingServesStatsOfContainersAndPodsAndMetrics() {
        world.pods().containerStats().list(ContainerStatsFilter.ALL);
        world.pods().podSandboxStats().list(PodSandboxStatsFilter.ALL);
        world.pods().podMetrics().list();
        // A slow machine may need a second reading, as one is fresh for a second only.
        assertThat(group.reads()).isBetween(1, 2);
        assertThat(world.rootfs().measured).hasValue(1);
    }

    @Test
    void theRateIsThatBetweenTwoReadings() {
        Instant start = Instant.EPOCH;
        group.used(start, 1_000);
        assertThat(reading().nanoCores()).isEmpty();
        pass(Duration.ofSeconds(2));
        group.used(start.plusSeconds(2), 1_000 + 3_000_000_000L);
        assertThat(reading().nanoCores()).hasValue(1_500_000_000L);
        pass(Duration.ofSeconds(1));
        group.used(start.plusSeconds(3), 1_000 + 3_000_000_000L);
        assertThat(reading().nanoCores()).as("of late, not on average").hasValue(0);
    }

    @Test
    void aLayerIsMeasuredAnewInTheBackgroundOnly() {
        assertThat(sampler.layer(container).orElseThrow().bytes()).isEqualTo(4096);
        pass(Duration.ofSeconds(9));
        sampler.layer(container);
        assertThat(background).isEmpty();
        pass(Duration.ofSeconds(1));
        sampler.layer(container);
        sampler.layer(container);
        assertThat(background).as("one measure at a time").hasSize(1);
        assertThat(world.rootfs().measured).hasValue(1);
        background.removeFirst().run();
        assertThat(world.rootfs().measured).hasValue(2);
        sampler.layer(container);
        assertThat(background).isEmpty();
    }

    @Test
    void whatIsGoneIsForgottenAndReadAnew() {
        sampler.group(container);
        sampler.layer(container);
        world.pods().removeContainer().remove(container.id().value());
        sampler.forgetGone();
        assertThat(sampler.group(container)).isEmpty();
    }

    private GroupReading reading() {
        return sampler.group(container).orElseThrow();
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }
}
