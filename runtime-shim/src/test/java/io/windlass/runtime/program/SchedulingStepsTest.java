package io.windlass.runtime.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.runtime.oci.IoPriority;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.MemoryPolicy;
import io.windlass.runtime.oci.Personality;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Scheduler;
import java.util.List;
import org.junit.jupiter.api.Test;

class SchedulingStepsTest {
    @Test
    void emitsNothingThatIsNotAskedFor() {
        assertThat(listing(
                        TypicalContainer.process("sh").build(),
                        TypicalContainer.linux().build()))
                .isEmpty();
    }

    @Test
    void usesTheKernelsNumbers() {
        Process process = TypicalContainer.process("sh")
                .ioPriority(new IoPriority("IOPRIO_CLASS_IDLE", 7))
                .scheduler(new Scheduler(
                        "SCHED_DEADLINE", -5, 3, List.of("SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM"), 10, 20, 30))
                .build();
        Linux linux = TypicalContainer.linux()
                .personality(new Personality("LINUX32", List.of()))
                .memoryPolicy(new MemoryPolicy("MPOL_BIND", "0-2, 65", List.of("MPOL_F_STATIC_NODES")))
                .build();

        assertThat(listing(process, linux)).isEqualTo("""
                        MEMORY_POLICY mode=0x8002 nodes={0, 1, 2, 65}
                        PERSONALITY domain=8
                        IO_PRIORITY class=3 priority=7
                        SCHEDULER policy=6 flags=0x3 nice=-5 priority=3 runtime=10 deadline=20 period=30
                        """);
    }

    @Test
    void namesWhatIsWrong() {
        refuses(new IoPriority("IOPRIO_CLASS_NONE", 0), "process.ioPriority.class cannot be IOPRIO_CLASS_NONE");
        refuses(new IoPriority("IOPRIO_CLASS_BE", 8), "process.ioPriority.priority 8 is not one of 0 to 7");
        for (String nodes : List.of("a", "3-1", "0-1-2", "1024", "-1", "0,,1")) {
            Linux linux = TypicalContainer.linux()
                    .memoryPolicy(new MemoryPolicy("MPOL_BIND", nodes, List.of()))
                    .build();
            assertThatThrownBy(() -> listing(TypicalContainer.process("sh").build(), linux))
                    .hasMessage("linux.memoryPolicy.nodes '%s' is not a list of nodes".formatted(nodes));
        }
    }

    private static void refuses(IoPriority wanted, String message) {
        assertThatThrownBy(() -> listing(
                        TypicalContainer.process("sh").ioPriority(wanted).build(),
                        TypicalContainer.linux().build()))
                .hasMessage(message);
    }

    private static String listing(Process process, Linux linux) {
        ProgramBuilder program = new ProgramBuilder();
        SchedulingSteps.emit(process, linux, program);
        return program.build().disassemble();
    }
}
