package io.windlass.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.linux.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read from control files: plain folders with files in them stand for groups. */
class CgroupDetailsTest {
    @TempDir
    Path root;

    private void file(String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private Cgroup one() {
        List<CgroupMounts.Hierarchy> hierarchies = List.of("memory", "cpu", "pids", "blkio", "hugetlb").stream()
                .map(name -> new CgroupMounts.Hierarchy(root.resolve(name), Set.of(name)))
                .toList();
        CgroupMounts mounts = new CgroupMounts(hierarchies, Optional.of(root.resolve("unified")));
        return new V1Driver(mounts, new Kernel()).find("/one").orElseThrow();
    }

    private Cgroup two() {
        return new V2Cgroup(GroupPath.of("/two"), root, new Kernel());
    }

    @Test
    void reads_memory_of_version_1_and_takes_huge_limits_for_none() throws IOException {
        file("memory/one/memory.stat", """
                pgfault 5
                pgmajfault 1
                total_cache 10
                total_mapped_file 20
                total_active_file 30
                total_inactive_file 40
                """);
        file("memory/one/memory.kmem.usage_in_bytes", "50\n");
        file("memory/one/memory.max_usage_in_bytes", "60\n");
        file("memory/one/memory.failcnt", "7\n");
        file("memory/one/memory.soft_limit_in_bytes", "9223372036854771712\n");
        file("memory/one/memory.limit_in_bytes", "1000\n");
        file("memory/one/memory.memsw.limit_in_bytes", "1500\n");
        assertThat(one().details().memory())
                .isEqualTo(new CgroupDetails.Memory(
                        10, 20, 30, 40, 50, 60, 7, 5, 1, OptionalLong.empty(), OptionalLong.of(1500)));
        assertThat(one().stats().swapLimit()).hasValue(500);
    }

    @Test
    void reads_cpu_and_tasks_of_version_1() throws IOException {
        file("cpu/one/cpu.shares", "1024\n");
        file("cpu/one/cpu.cfs_quota_us", "-1\n");
        file("cpu/one/cpu.cfs_period_us", "100000\n");
        file("pids/one/pids.max", "max\n");
        assertThat(one().details().cpu())
                .isEqualTo(
                        new CgroupDetails.Cpu(OptionalLong.of(1024), OptionalLong.empty(), OptionalLong.of(100_000)));
        assertThat(one().details().taskLimit()).isEmpty();
        file("cpu/one/cpu.cfs_quota_us", "20000\n");
        file("pids/one/pids.max", "64\n");
        assertThat(one().details().cpu().quota()).hasValue(20_000);
        assertThat(one().details().taskLimit()).hasValue(64);
    }

    @Test
    void reads_devices_and_huge_pages_of_version_1() throws IOException {
        file("blkio/one/blkio.throttle.io_service_bytes_recursive", "8:0 Read 4096\n8:0 Write 512\nTotal 4608\n");
        file("blkio/one/blkio.throttle.io_serviced_recursive", "8:0 Read 1\n8:0 Write 2\nTotal 3\n");
        file("hugetlb/one/hugetlb.2MB.usage_in_bytes", "2097152\n");
        file("hugetlb/one/hugetlb.2MB.max_usage_in_bytes", "4194304\n");
        file("hugetlb/one/hugetlb.2MB.rsvd.usage_in_bytes", "1\n");
        assertThat(one().details().devices())
                .containsExactly(new BlockDeviceUsage(
                        8,
                        0,
                        new TreeMap<>(Map.of("Read", 4096L, "Write", 512L)),
                        new TreeMap<>(Map.of("Read", 1L, "Write", 2L))));
        assertThat(one().details().hugepages())
                .containsExactly(new HugepageUsage("2MB", 2_097_152, OptionalLong.of(4_194_304)));
    }

    @Test
    void measures_pressure_of_version_1_in_the_unified_hierarchy_beside_it() throws IOException {
        file("memory/one/memory.stat", "");
        assertThat(one().pressure()).isEqualTo(CgroupPressure.NONE);
        file("unified/one/io.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=3\n");
        assertThat(one().pressure().io().orElseThrow().some().totalNanos()).isEqualTo(3000);
        assertThat(one().pressure().cpu()).isEmpty();
    }

    @Test
    void lists_the_processes_of_groups_below_too() throws IOException {
        file("memory/one/cgroup.procs", "11\n12\n");
        file("memory/one/inner/cgroup.procs", "13\n");
        assertThat(one().processes()).containsExactlyInAnyOrder(11L, 12L, 13L);
    }

    @Test
    void reads_all_of_version_2() throws IOException {
        file("two/memory.stat", """
                file 10
                kernel 50
                file_mapped 20
                active_file 30
                inactive_file 40
                pgfault 5
                pgmajfault 1
                """);
        file("two/memory.peak", "60\n");
        file("two/memory.events", "low 0\nhigh 0\nmax 7\noom 1\noom_kill 1\n");
        file("two/memory.low", "0\n");
        file("two/memory.swap.max", "0\n");
        file("two/cpu.weight", "39\n");
        file("two/cpu.max", "max 100000\n");
        file("two/pids.max", "max\n");
        file("two/io.stat", "254:0 rbytes=4096 wbytes=512 rios=1 wios=2 dbytes=0 dios=0\n253:0 \n");
        file("two/hugetlb.1GB.current", "0\n");
        file("two/cpu.pressure", "some avg10=1.00 avg60=0.00 avg300=0.00 total=9\n");
        CgroupDetails details = two().details();
        assertThat(details.memory())
                .isEqualTo(new CgroupDetails.Memory(
                        10, 20, 30, 40, 50, 60, 7, 5, 1, OptionalLong.empty(), OptionalLong.of(0)));
        assertThat(V2Limits.weight(details.cpu().shares().orElseThrow())).isEqualTo(39);
        assertThat(details.cpu().quota()).isEmpty();
        assertThat(details.cpu().period()).hasValue(100_000);
        assertThat(details.devices().getFirst().bytes())
                .containsEntry("Read", 4096L)
                .containsEntry("Write", 512L);
        assertThat(details.devices()).hasSize(2);
        assertThat(details.hugepages()).containsExactly(new HugepageUsage("1GB", 0, OptionalLong.empty()));
        assertThat(two().stats().swapLimit()).hasValue(0);
        assertThat(two().pressure().cpu()).isPresent();
    }

    @Test
    void has_nothing_to_say_of_a_group_that_is_gone() {
        assertThat(two().details().devices()).isEmpty();
        assertThat(two().details().hugepages()).isEmpty();
        assertThat(two().pressure()).isEqualTo(CgroupPressure.NONE);
        assertThat(two().processes()).isEmpty();
    }
}
