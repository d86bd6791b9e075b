package io.windlass.runtime.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.runtime.oci.IoPriority;
import io.windlass.runtime.oci.MemoryPolicy;
import io.windlass.runtime.oci.Personality;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Scheduler;
import io.windlass.runtime.oci.Spec;
import io.windlass.runtime.program.TypicalContainer;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a document says of the scheduling of a process, as the process finds it. */
@RequiresRoot
class SchedulingIT {
    private static ShimHost host;
    private static PodShim pod;

    @BeforeAll
    static void start() {
        host = new ShimHost();
        pod = host.pod();
    }

    @AfterAll
    static void end() throws IOException {
        host.close();
    }

    @Test
    void givesAProcessItsPolicyNicenessPersonalityAndMemory() {
        Process process = TypicalContainer.process(
                        "sh", "-c", "cat /proc/self/stat /proc/self/personality; head -n 1 /proc/self/numa_maps")
                .ioPriority(new IoPriority("IOPRIO_CLASS_BE", 6))
                .scheduler(new Scheduler("SCHED_BATCH", 7, 0, List.of(), 0, 0, 0))
                .build();
        Spec spec = TypicalContainer.spec()
                .process(process)
                .linux(TypicalContainer.linux()
                        .personality(new Personality("LINUX32", List.of()))
                        .memoryPolicy(new MemoryPolicy("MPOL_BIND", "0", List.of()))
                        .build())
                .build();

        List<String> lines = host.run(pod, host.launch(spec)).lines().toList();

        // Counted as proc_pid_stat(5) does, from the third field on, behind the name.
        String[] stat =
                lines.getFirst().substring(lines.getFirst().indexOf(')') + 2).split(" ", -1);
        assertThat(stat[19 - 3]).as("nice").isEqualTo("7");
        assertThat(stat[41 - 3]).as("policy").isEqualTo("3");
        assertThat(lines.get(1)).as("personality").isEqualTo("00000008");
        assertThat(lines.get(2)).as("memory").contains("bind:0");
    }

    @Test
    void namesWhatTheKernelRefuses() {
        Spec spec = TypicalContainer.spec()
                .process(TypicalContainer.process("true").build())
                .linux(TypicalContainer.linux()
                        .memoryPolicy(new MemoryPolicy("MPOL_BIND", "1000", List.of()))
                        .build())
                .build();

        assertThatThrownBy(() -> pod.create(host.launch(spec)))
                .hasMessageContaining(": MEMORY_POLICY: operation")
                .hasMessageContaining("set_mempolicy: mode 0x2: EINVAL");
    }
}
