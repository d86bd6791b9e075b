package io.windlass.pod.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.model.PodSandboxId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class LevelsTest {
    private final Levels levels = new Levels(4, new Random(1));

    private static PodSandboxId pod() {
        return PodSandboxId.generate();
    }

    @Test
    void everyPairIsGivenOnceAndThenThereIsNone() {
        Set<String> given = new HashSet<>();
        for (int i = 0; i < 6; i++) {
            given.add(levels.allocate(pod(), "s0"));
        }
        assertThat(given)
                .containsExactlyInAnyOrder("s0:c0,c1", "s0:c0,c2", "s0:c1,c2", "s0:c0,c3", "s0:c1,c3", "s0:c2,c3");
        assertThatThrownBy(() -> levels.allocate(pod(), "s0"))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.RESOURCE_EXHAUSTED))
                .hasMessage("all 6 pairs of SELinux categories are in use by pods; [selinux] category_range is 4");
    }

    @Test
    void whatAPodGaveBackCanBeGivenAgain() {
        Levels single = new Levels(2, new Random(1));
        PodSandboxId first = pod();
        assertThat(single.allocate(first, "s0")).isEqualTo("s0:c0,c1");
        assertThat(single.of(first)).containsExactly("s0:c0,c1");
        single.release(first);
        single.release(first);
        assertThat(single.allocate(pod(), "s0")).isEqualTo("s0:c0,c1");
    }

    @Test
    void aLevelThatTwoNamedIsTakenUntilBothHaveGone() {
        Levels single = new Levels(2, new Random(1));
        PodSandboxId first = pod();
        PodSandboxId second = pod();
        single.reserve(first, "s0:c0,c1");
        single.reserve(second, "s0:c0,c1");
        single.release(first);
        assertThatThrownBy(() -> single.allocate(pod(), "s0")).hasMessageContaining("are in use by pods");
        single.release(second);
        assertThat(single.allocate(pod(), "s0")).isEqualTo("s0:c0,c1");
    }

    @Test
    void manyAtATimeGetDifferentOnes() throws Exception {
        Levels wide = new Levels(64, new Random(7));
        List<Future<String>> given = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 64 * 63 / 2; i++) {
                given.add(executor.submit(() -> wide.allocate(pod(), "s0")));
            }
        }
        Set<String> different = new HashSet<>();
        for (Future<String> one : given) {
            different.add(one.get());
        }
        assertThat(different).hasSize(64 * 63 / 2).allMatch(level -> level.matches("s0:c\\d+,c\\d+"));
    }
}
