package io.windlass.pod.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.linux.ProjectUsage;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.store.Project;
import io.windlass.pod.store.Project.Part;
import org.junit.jupiter.api.Test;

class DiskConditionTest {
    private static final long MIB = 1 << 20;

    @Test
    void aLayerIsFullWhenLessIsLeftThanAWriteNeeds() {
        assertThat(of(Part.LAYER, new ProjectUsage(10 * MIB - 4095, 3, 10 * MIB, 0))
                        .message())
                .isEqualTo("its writable layer is full: 10481665 of 10485760 bytes of its quota are taken");
        assertThat(of(Part.LAYER, new ProjectUsage(9 * MIB, 3, 10 * MIB, 0)).full())
                .isFalse();
        assertThat(of(Part.LAYER, new ProjectUsage(1000 * MIB - MIB, 3, 1000 * MIB, 0))
                        .full())
                .isFalse();
        assertThat(of(Part.LAYER, new ProjectUsage(1000 * MIB - MIB + 1, 3, 1000 * MIB, 0))
                        .full())
                .isTrue();
    }

    @Test
    void orWhenItsInodesAreTaken() {
        assertThat(of(Part.LAYER, new ProjectUsage(0, 20, 0, 20)).message())
                .isEqualTo("its writable layer is full: 20 of 20 inodes of its quota are taken");
        assertThat(of(Part.LAYER, new ProjectUsage(0, 19, 0, 20)).message()).isEmpty();
    }

    @Test
    void aFullLogSaysWhatHappensToTheOutput() {
        assertThat(of(Part.LOG, new ProjectUsage(MIB, 1, MIB, 0)).message())
                .isEqualTo(
                        "its log is full: 1048576 of 1048576 bytes of its quota are taken; output is dropped, and the log"
                                + " will say how much");
    }

    @Test
    void withoutLimitsNothingIsFull() {
        assertThat(of(Part.LAYER, new ProjectUsage(Long.MAX_VALUE, Long.MAX_VALUE, 0, 0))
                        .full())
                .isFalse();
    }

    private static DiskCondition of(Part part, ProjectUsage usage) {
        Project project = new Project(
                7, ContainerId.of("a".repeat(64)), part, "/", usage.bytesLimit(), usage.inodesLimit(), false);
        return new DiskCondition(project, usage);
    }
}
