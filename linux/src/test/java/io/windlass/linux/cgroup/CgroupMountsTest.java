package io.windlass.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CgroupMountsTest {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    @Test
    void takes_each_hierarchy_once_with_all_controllers_that_share_it() {
        CgroupMounts mounts = CgroupMounts.parse(
                List.of(
                        "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755",
                        "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:4 - cgroup cgroup rw,cpu,cpuacct",
                        "33 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct",
                        "34 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
                        "35 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd",
                        "36 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
                        "37 31 0:39 / /elsewhere/pids rw - cgroup cgroup rw,pids"),
                ROOT);
        assertThat(mounts.hierarchies())
                .containsExactly(
                        new CgroupMounts.Hierarchy(Path.of("/sys/fs/cgroup/cpu,cpuacct"), Set.of("cpu", "cpuacct")),
                        new CgroupMounts.Hierarchy(Path.of("/sys/fs/cgroup/memory"), Set.of("memory")));
        assertThat(mounts.unified()).contains(Path.of("/sys/fs/cgroup/unified"));
    }

    @Test
    void finds_version_2_mounted_at_the_root_itself() {
        CgroupMounts mounts = CgroupMounts.parse(
                List.of("30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate"), ROOT);
        assertThat(mounts).isEqualTo(new CgroupMounts(List.of(), Optional.of(ROOT)));
    }
}
