package io.windlass.runtime.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.linux.MountFlags;
import io.windlass.linux.MountOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MountOptionsTest {
    /** Numbers of linux/mount.h, in hexadecimal. */
    @ParameterizedTest
    @CsvSource({
        "ro, 1, 0, 0, 0",
        "nosuid, 2, 0, 0, 0",
        "suid, 0, 2, 0, 0",
        "nodev, 4, 0, 0, 0",
        "dev, 0, 4, 0, 0",
        "noexec, 8, 0, 0, 0",
        "exec, 0, 8, 0, 0",
        "noatime, 10, 70, 0, 0",
        "strictatime, 20, 70, 0, 0",
        "relatime, 0, 70, 0, 0",
        "atime, 0, 70, 0, 0",
        "nodiratime, 80, 0, 0, 0",
        "diratime, 0, 80, 0, 0",
        "nosymfollow, 200000, 0, 0, 0",
        "symfollow, 0, 200000, 0, 0",
        "rro, 0, 0, 1, 0",
        "rrw, 0, 0, 0, 1",
        "rnosuid, 0, 0, 2, 0",
        "rsuid, 0, 0, 0, 2",
        "rnoatime, 0, 0, 10, 70",
        "rw, 0, 0, 0, 0",
        "defaults, 0, 0, 0, 0"
    })
    void knowsAttributes(String option, String set, String clear, String recursiveSet, String recursiveClear) {
        MountOptions options = MountOptions.parse(List.of(option));

        assertThat(options.set()).isEqualTo(Long.parseLong(set, 16));
        assertThat(options.clear()).isEqualTo(Long.parseLong(clear, 16));
        assertThat(options.recursiveSet()).isEqualTo(Long.parseLong(recursiveSet, 16));
        assertThat(options.recursiveClear()).isEqualTo(Long.parseLong(recursiveClear, 16));
        assertThat(options.data()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "private, 40000", "rprivate, 44000", "slave, 80000", "rslave, 84000",
        "shared, 100000", "rshared, 104000", "unbindable, 20000", "runbindable, 24000"
    })
    void knowsPropagation(String option, String flags) {
        assertThat(MountOptions.parse(List.of(option)).propagation()).isEqualTo(Long.parseLong(flags, 16));
    }

    @Test
    void givesTheRestToTheFileSystem() {
        assertThat(MountOptions.parse(List.of("size=1m", "lazytime", "mode=755", "nosuid"))
                        .data())
                .containsExactly(
                        MountOption.of("size", "1m"), MountOption.flag("lazytime"), MountOption.of("mode", "755"));
    }

    @Test
    void letsLaterOptionsWin() {
        assertThat(MountOptions.parse(List.of("ro", "rw")).readonly()).isFalse();
        assertThat(MountOptions.parse(List.of("noexec", "exec")).set()).isZero();
        assertThat(MountOptions.parse(List.of("exec", "noexec")).clear()).isZero();
        assertThat(MountOptions.parse(List.of("noatime", "strictatime")).set()).isEqualTo(0x20);
        assertThat(MountOptions.parse(List.of("rbind", "bind")).recursiveBind()).isFalse();
        assertThat(MountOptions.parse(List.of("rshared", "rslave")).slave()).isTrue();
    }

    @Test
    void countsARecursivelyReadOnlyTreeAsReadOnly() {
        assertThat(MountOptions.parse(List.of("rbind", "rro")).readonly()).isTrue();
        assertThat(MountOptions.parse(List.of("rro")).set() & MountFlags.ATTR_RDONLY)
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"remount", "tmpcopyup", "idmap", "ridmap", "iversion"})
    void refusesByNameWhatItDoesNotDo(String option) {
        assertThatThrownBy(() -> MountOptions.parse(List.of(option)))
                .isInstanceOf(Fault.class)
                .hasMessage("mount option %s is not supported", option);
    }
}
