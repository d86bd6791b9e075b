package io.windlass.linux.selinux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.linux.Fd;
import io.windlass.linux.Kernel;
import io.windlass.linux.OpenFlags;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labels on real files; a kernel without SELinux keeps them like any other attribute. */
@RequiresRoot
class FileLabelsIT {
    /** Labels that every policy has, so that a kernel with SELinux takes them. */
    private static final String LABEL = "system_u:object_r:tmp_t:s0";

    private static final String OTHER = "system_u:object_r:etc_t:s0";

    private final Kernel kernel = new Kernel();
    private final FileLabels labels = new FileLabels(kernel);
    private final Path folder;
    private final Path volume;

    FileLabelsIT(@TempDir Path folder) throws IOException {
        this.folder = folder.toRealPath();
        volume = this.folder.resolve("volume");
        Files.createDirectories(volume.resolve("a/b"));
        Files.writeString(volume.resolve("file"), "");
        Files.writeString(volume.resolve("a/b/file"), "");
        Files.writeString(this.folder.resolve("outside"), "");
        Files.createSymbolicLink(volume.resolve("a/out"), this.folder.resolve("outside"));
        Files.createSymbolicLink(volume.resolve("a/up"), this.folder);
    }

    private void label(Path parentFolder, String name, String label) {
        try (Fd parent = kernel.open(parentFolder, OpenFlags.PATH, 0)) {
            kernel.setxattr(parent, name, "security.selinux".getBytes(UTF_8), label.getBytes(UTF_8));
        }
    }

    @Test
    void aWholeTreeIsLabelledAndNothingThatLinksLeadTo() throws IOException {
        label(folder, "outside", OTHER);

        assertThat(labels.relabel(volume, LABEL)).isTrue();

        try (Stream<Path> all = Files.walk(volume)) {
            assertThat(all.toList())
                    .hasSize(7)
                    .allSatisfy(file -> assertThat(labels.of(file)).contains(LABEL));
        }
        assertThat(labels.of(folder.resolve("outside"))).contains(OTHER);
    }

    @Test
    void aTopThatHasTheLabelSaysThatTheRestHasIt() {
        labels.relabel(volume, LABEL);
        label(volume, "file", OTHER);

        assertThat(labels.relabel(volume, LABEL)).isFalse();
        assertThat(labels.of(volume.resolve("file"))).contains(OTHER);
        assertThat(labels.relabel(volume, OTHER)).isTrue();
        assertThat(labels.of(volume.resolve("a/b"))).contains(OTHER);
    }

    @Test
    void aSingleFileCanBeLabelled() {
        assertThat(labels.relabel(volume.resolve("file"), LABEL)).isTrue();
        assertThat(labels.of(volume.resolve("file"))).contains(LABEL);
    }

    @Test
    void theWayToTheTopMustNotHaveLinks() {
        assertThatThrownBy(() -> labels.relabel(volume.resolve("a/up/volume"), LABEL))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("cannot label")
                .hasMessageContaining("ELOOP");
    }

    @Test
    void whatTakesNoLabelsIsLeftAsItIs() {
        assertThat(labels.relabel(Path.of("/proc/sys/kernel/random"), LABEL)).isFalse();
    }
}
