package io.windlass.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.linux.RecordingSyscalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class V2LimitsTest {
    @TempDir
    Path folder;

    private List<String> changes(CgroupResources.Builder resources) {
        return V2Limits.changes(resources.build(), new ControlDirectory(folder, new RecordingSyscalls()))
                .shown();
    }

    @ParameterizedTest
    @CsvSource({"2, 1", "0, 1", "1024, 39", "262144, 10000", "999999999, 10000"})
    void converts_shares_to_weight(long shares, long weight) {
        assertThat(V2Limits.weight(shares)).isEqualTo(weight);
    }

    @Test
    void keeps_the_half_of_the_cpu_limit_that_is_not_named() throws Exception {
        Files.writeString(folder.resolve("cpu.max"), "30000 50000\n");
        assertThat(changes(CgroupResources.builder().cpuQuota(-1))).containsExactly("cpu.max=max 50000");
        assertThat(changes(CgroupResources.builder().cpuPeriod(20_000))).containsExactly("cpu.max=30000 20000");
    }

    @Test
    void takes_memory_out_of_the_limit_on_memory_and_swap() throws Exception {
        Files.writeString(folder.resolve("memory.swap.max"), "max\n");
        assertThat(changes(CgroupResources.builder().memoryLimit(100).memorySwapLimit(150)))
                .containsExactly("memory.swap.max=50", "memory.max=100");
        assertThat(changes(CgroupResources.builder().memorySwapLimit(-1))).containsExactly("memory.swap.max=max");
        assertThatThrownBy(
                        () -> changes(CgroupResources.builder().memoryLimit(100).memorySwapLimit(50)))
                .hasMessageEndingWith("to 50 bytes: memory alone is limited to 100 bytes");
    }

    @Test
    void ignores_a_huge_page_limit_of_zero_where_there_are_none() {
        assertThat(changes(CgroupResources.builder()
                        .hugepageLimit(new HugepageLimit("2MB", 0))
                        .hugepageLimit(new HugepageLimit("1GB", 1 << 30))))
                .containsExactly("hugetlb.1GB.max=1073741824");
    }

    @Test
    void refuses_unified_names_that_are_not_control_files() {
        assertThatThrownBy(() -> changes(CgroupResources.builder().unified(Map.of("../cgroup.procs", "1"))))
                .hasMessage("cannot set unified limit '../cgroup.procs': it is not the name of a control file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cgroup.procs", "cgroup.threads", "cgroup.subtree_control", "cgroup.kill", "cgroup.type"})
    void refuses_unified_files_that_are_the_runtimes_own(String file) {
        assertThatThrownBy(() -> changes(CgroupResources.builder().unified(Map.of(file, "1"))))
                .hasMessage("cannot set unified limit '" + file + "': the files cgroup.* are the runtime's own");
    }
}
