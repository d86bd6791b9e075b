package io.windlass.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.linux.Errno;
import io.windlass.linux.Kernel;
import io.windlass.linux.RecordingSyscalls;
import io.windlass.linux.SyscallException;
import io.windlass.linux.cgroup.ControlChanges.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlChangesTest {
    private final ControlChanges changes = new ControlChanges();

    @TempDir
    Path folder;

    private ControlDirectory group;

    @BeforeEach
    void placeFiles() throws IOException {
        group = new ControlDirectory(folder, new Kernel());
        Files.writeString(folder.resolve("a"), "1\n");
        Files.writeString(folder.resolve("b"), "2\n");
    }

    @Test
    void puts_back_the_latest_first_when_a_change_fails() {
        List<String> undone = new ArrayList<>();
        changes.write(group, "a", "5");
        changes.add(step(undone, Optional.empty()));
        changes.add(step(undone, Optional.of(new SyscallException("write", "fd 3", Errno.EINVAL))));
        assertThatThrownBy(() -> changes.apply("/g"))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.INVALID_ARGUMENT))
                .hasMessage("cannot set step of cgroup /g: write fd 3: EINVAL (invalid argument)");
        assertThat(undone).containsExactly("step");
        assertThat(group.read("a")).contains("1");
    }

    @Test
    void names_the_file_of_a_controller_that_is_missing() {
        changes.write(group, "b", "7");
        changes.write(Optional.empty(), "hugetlb.2MB.limit_in_bytes", "1");
        assertThatThrownBy(() -> changes.apply("/g"))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.FAILED_PRECONDITION))
                .hasMessage(
                        "cannot update cgroup /g: this machine's control groups have no hugetlb.2MB.limit_in_bytes");
        assertThat(group.read("b")).contains("2");
    }

    @Test
    void puts_back_files_that_were_empty_and_those_of_a_line_for_each_device() throws IOException {
        RecordingSyscalls kernel = new RecordingSyscalls();
        ControlDirectory recorded = new ControlDirectory(folder, kernel);
        Files.writeString(folder.resolve("cpuset.cpus"), "\n");
        Files.writeString(folder.resolve("io.max"), "8:0 rbps=1 wbps=max riops=max wiops=max\n8:16 rbps=2\n");
        changes.write(recorded, "cpuset.cpus", "0-1");
        changes.write(recorded, "io.max", "8:32 rbps=5");
        changes.write(recorded, "missing", "1");
        assertThatThrownBy(() -> changes.apply("/g")).hasMessageEndingWith("have no missing");
        assertThat(kernel.calls("write").stream().map(call -> call.replaceFirst("write fd [0-9]+ ", "")))
                .containsExactly(
                        shown("0-1"),
                        shown("8:32 rbps=5"),
                        shown("8:32 rbps=max wbps=max riops=max wiops=max"),
                        shown("8:0 rbps=1 wbps=max riops=max wiops=max"),
                        shown("8:16 rbps=2"),
                        shown("\n"));
    }

    /** As the recording shows what was written. */
    private static String shown(String text) {
        return text.length() + " bytes";
    }

    private static Change step(List<String> undone, Optional<SyscallException> failure) {
        return new Change() {
            @Override
            public void apply() {
                failure.ifPresent(e -> {
                    throw e;
                });
            }

            @Override
            public void undo() {
                undone.add("step");
            }

            @Override
            public String toString() {
                return "step";
            }
        };
    }
}
