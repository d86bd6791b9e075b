package io.windlass.pod.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stranger could have put into an archive. */
class CheckpointFolderTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void whole() throws IOException {
        Map<String, String> files = Map.of(
                "config.dump",
                "{\"id\":\"x\",\"name\":\"main\",\"rootfsImageRef\":\"busybox@sha256:2\",\"rootfsImageName\":\"busybox\"}",
                "spec.dump",
                "{\"ociVersion\":\"1.3.0\",\"mounts\":[{\"destination\":\"/data\",\"source\":\"/v\",\"type\":\"bind\"}]}",
                "windlass.dump",
                "{\"externalMounts\":[\"/dev\"],\"descriptors\":[\"\",\"pipe:[1]\",\"pipe:[2]\"]}",
                "rootfs-diff.tar",
                "",
                "checkpoint/inventory.img",
                "");
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
    }

    private void refused(String reason) {
        assertThatThrownBy(() -> new CheckpointFolder(folder).read())
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.INVALID_ARGUMENT))
                .hasMessageContaining(reason);
    }

    @Test
    void aWholeOneIsRead() {
        CheckpointFolder.Checkpoint checkpoint = new CheckpointFolder(folder).read();

        assertThat(checkpoint.name()).isEqualTo("main");
        assertThat(checkpoint.imageReference()).isEqualTo("busybox@sha256:2");
        assertThat(checkpoint.process())
                .isEqualTo(new ProcessView(List.of("/dev"), List.of("", "pipe:[1]", "pipe:[2]")));
        assertThat(checkpoint.spec().mounts())
                .singleElement()
                .satisfies(mount -> assertThat(mount.destination()).isEqualTo("/data"));
    }

    @Test
    void aLinkIsRefusedWhereverItLeads() throws IOException {
        Files.delete(folder.resolve("config.dump"));
        Files.createSymbolicLink(folder.resolve("config.dump"), Path.of("/etc/passwd"));
        refused("its member config.dump is neither a file nor a folder");
    }

    @Test
    void aLinkedFolderIsRefusedAndNotEntered() throws IOException {
        Files.createSymbolicLink(folder.resolve("checkpoint/more"), Path.of("/etc"));
        refused("its member checkpoint/more is neither a file nor a folder");
    }

    @Test
    void mountPointsThatLeadOutOfTheTreeAreRefused() throws IOException {
        Files.writeString(folder.resolve("windlass.dump"), "{\"externalMounts\":[\"/../etc\"],\"descriptors\":[]}");
        refused("its mount point '/../etc' is no plain absolute path");
    }

    @Test
    void anotherRuntimesIsRefusedByItsName() throws IOException {
        Files.delete(folder.resolve("windlass.dump"));
        Files.writeString(
                folder.resolve("config.dump"), "{\"rootfsImageRef\":\"busybox@sha256:2\",\"runtime\":\"runc\"}");
        refused("it was made by 'runc'");
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        Files.delete(folder.resolve("checkpoint/inventory.img"));
        refused("it has no checkpoint/inventory.img");
    }

    @Test
    void textThatIsNoJsonIsTold() throws IOException {
        Files.writeString(folder.resolve("config.dump"), "{");
        refused("its config.dump cannot be read");
    }
}
