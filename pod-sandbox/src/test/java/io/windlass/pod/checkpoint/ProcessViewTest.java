package io.windlass.pod.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessViewTest {
    @TempDir
    private Path folder;

    private void mounts(String... lines) throws IOException {
        Files.write(folder.resolve("mountinfo"), List.of(lines));
        Files.createDirectories(folder.resolve("fd"));
        Files.createDirectories(folder.resolve("fdinfo"));
    }

    private void descriptor(int number, String target, int mount, long inode) throws IOException {
        Files.createSymbolicLink(folder.resolve("fd/" + number), Path.of(target));
        Files.writeString(
                folder.resolve("fdinfo/" + number),
                "pos:\t0\nflags:\t0100002\nmnt_id:\t%d\nino:\t%d\n".formatted(mount, inode));
    }

    @Test
    void everyMountButTheRootAndTheContainersProcfsIsExternal() throws IOException {
        mounts(
                "94 51 0:42 / / rw,relatime - overlay none rw,lowerdir+=/x",
                "95 94 0:44 / /proc rw - proc proc rw",
                "96 95 0:44 /sys /proc/sys ro master:3 - proc proc rw",
                "97 95 0:6 /null /proc/kcore rw shared:2 master:1 - devtmpfs udev rw",
                "98 94 0:46 / /dev rw,nosuid - tmpfs tmpfs rw",
                "99 94 254:0 /vol /data\\040of\\134it rw - ext4 /dev/vda rw",
                "100 94 0:22 / /host/proc rw - proc proc rw");

        assertThat(ProcessView.read(folder).externalMounts())
                .containsExactly("/proc/kcore", "/dev", "/data of\\it", "/host/proc");
    }

    @Test
    void standardStreamsArePipesOrFilesOfTheHostOrTheContainersOwn() throws IOException {
        mounts("94 51 0:42 / / rw,relatime - overlay none rw");
        descriptor(0, "/dev/null", 24, 19);
        descriptor(1, "pipe:[127007]", 15, 127007);
        descriptor(2, "/var/log/own", 94, 77);

        assertThat(ProcessView.read(folder).descriptors()).containsExactly("file[18:13]", "pipe:[127007]", "");
        assertThat(ProcessView.read(folder).hasInput()).isFalse();
    }

    @Test
    void aStreamThatTheProcessClosedIsNothing() throws IOException {
        mounts("94 51 0:42 / / rw,relatime - overlay none rw");
        descriptor(0, "pipe:[5]", 15, 5);

        ProcessView view = ProcessView.read(folder);

        assertThat(view.descriptors()).containsExactly("pipe:[5]", "", "");
        assertThat(view.hasInput()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"relative", "/a/../../etc", "/a/./b", "/a//b", "/a]:/etc", ""})
    void mountPointsThatCouldLeadOutOfTheTreeAreRefused(String mount) {
        assertThatThrownBy(() -> new ProcessView(List.of(mount), List.of()).checked())
                .isInstanceOf(Fault.class)
                .hasMessageContaining("is no plain absolute path");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/shadow", "pipe:[x]", "file[1:2]:y", "socket:[3]"})
    void streamsThatAreNoNamesOfCriusAreRefused(String name) {
        assertThatThrownBy(() -> new ProcessView(List.of(), List.of(name)).checked())
                .isInstanceOf(Fault.class)
                .hasMessageContaining("its standard streams are");
    }
}
