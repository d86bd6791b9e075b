package io.windlass.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.linux.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What does not depend on control files: plain folders stand for hierarchies. */
class V1DriverTest {
    @TempDir
    Path root;

    private V1Driver driver;

    @BeforeEach
    void makeHierarchies() throws IOException {
        Files.createDirectories(root.resolve("cpu,cpuacct"));
        Files.createDirectories(root.resolve("memory"));
        driver = new V1Driver(
                new CgroupMounts(
                        List.of(
                                new CgroupMounts.Hierarchy(root.resolve("cpu,cpuacct"), Set.of("cpu", "cpuacct")),
                                new CgroupMounts.Hierarchy(root.resolve("memory"), Set.of("memory"))),
                        Optional.empty()),
                new Kernel());
    }

    @Test
    void enters_controllers_that_share_a_hierarchy_once_and_last() {
        Cgroup group = driver.create("/pods/one", CgroupResources.NONE);
        assertThat(group.attachFiles())
                .containsExactly(root.resolve("memory/pods/one/tasks"), root.resolve("cpu,cpuacct/pods/one/tasks"));
        assertThat(group.unifiedDirectory()).isEmpty();
    }

    @Test
    void names_the_controller_that_a_limit_needs_and_takes_the_group_back() {
        CgroupResources tasks = CgroupResources.builder().pidsLimit(5).build();
        assertThatThrownBy(() -> driver.create("/pods/one", tasks))
                .hasMessage("cannot update cgroup /pods/one: this machine's control groups have no pids.max");
        assertThat(driver.find("/pods/one")).isEmpty();
        assertThat(driver.find("/pods")).isPresent();
    }

    @Test
    void tells_nothing_used_where_controllers_tell_nothing() {
        CgroupStats stats = driver.create("/one", CgroupResources.NONE).stats();
        assertThat(stats.cpuUsageNanos() + stats.memoryUsage() + stats.pids()).isZero();
        assertThat(stats.memoryLimit()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "relative/path", "/a/../b", "/a/./b", "/a//../.."})
    void refuses_paths_that_could_lead_elsewhere(String path) {
        assertThatThrownBy(() -> driver.create(path, CgroupResources.NONE))
                .hasMessageStartingWith("cannot use cgroup path '" + path + "'");
    }
}
