package io.windlass.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.linux.Errno;
import io.windlass.linux.RecordingSyscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupRemovalTest {
    private final RecordingSyscalls kernel = new RecordingSyscalls();

    @TempDir
    Path folder;

    @Test
    void removes_the_deepest_groups_first() throws IOException {
        Path inner = Files.createDirectories(folder.resolve("a/b"));
        GroupRemoval.removeTree(new ControlDirectory(folder, kernel));
        assertThat(kernel.calls())
                .containsExactly(
                        "unlinkat cwd " + inner + " 512",
                        "unlinkat cwd " + inner.getParent() + " 512",
                        "unlinkat cwd " + folder + " 512");
    }

    @Test
    void tries_again_while_a_group_is_busy_until_it_is_cancelled() {
        kernel.failing("unlinkat", Errno.EBUSY);
        Thread caller = Thread.currentThread();
        Thread.ofVirtual().start(() -> {
            while (kernel.calls().size() < 3) {
                Thread.onSpinWait();
            }
            caller.interrupt();
        });
        assertThatThrownBy(() -> GroupRemoval.removeTree(new ControlDirectory(folder, kernel)))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.CANCELLED));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(kernel.calls()).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void takes_a_group_that_is_gone_as_removed_and_says_when_one_cannot_be() {
        kernel.failing("unlinkat", Errno.ENOENT);
        GroupRemoval.removeTree(new ControlDirectory(folder, kernel));
        RecordingSyscalls refusing = new RecordingSyscalls().failing("unlinkat", Errno.EPERM);
        assertThatThrownBy(() -> GroupRemoval.removeTree(new ControlDirectory(folder, refusing)))
                .hasMessageStartingWith("cannot remove cgroup " + folder + ": unlinkat")
                .hasMessageEndingWith("EPERM (operation not permitted)");
        assertThat(GroupRemoval.removeIfEmpty(
                        new ControlDirectory(folder, new RecordingSyscalls().failing("unlinkat", Errno.ENOTEMPTY))))
                .isFalse();
    }
}
