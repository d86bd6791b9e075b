package io.windlass.pod.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.pod.program.HostProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelAppArmorTest {
    private static final String OWN = "windlass-default (enforce)\n";

    private final Path folder;
    private final Path profiles;
    private final RecordingParser parser = new RecordingParser();

    KernelAppArmorTest(@TempDir Path folder) {
        this.folder = folder;
        this.profiles = folder.resolve("apparmor/profiles");
    }

    @BeforeEach
    void mount() throws IOException {
        Files.createDirectories(profiles.getParent());
        Files.writeString(profiles, "/usr/bin/man (enforce)\nmy profile (complain)\nman//filter (enforce)\n");
    }

    private AppArmor started() {
        return started(Optional.of(parser));
    }

    private AppArmor started(Optional<AppArmorParser> with) {
        return new KernelAppArmor(folder, new DefaultProfile(with, folder));
    }

    @Test
    void theKernelsListSaysWhatIsLoadedWhateverTheMode() {
        assertThat(started().loaded("/usr/bin/man")).isTrue();
        assertThat(started().loaded("my profile")).isTrue();
        assertThat(started().loaded("man")).isFalse();
    }

    @Test
    void whereTheListCannotBeReadTheErrorSaysWhatToLookAt() throws IOException {
        Files.delete(profiles);
        assertThatThrownBy(() -> started().loaded("x"))
                .isInstanceOf(Fault.class)
                .hasMessageContaining(profiles.toString())
                .hasMessageContaining("is securityfs mounted?");
    }

    @Test
    void ourOwnIsLoadedOnceForEachBoot() throws IOException {
        AppArmor appArmor = started();
        assertThat(appArmor.runtimeDefault()).contains("windlass-default");
        assertThat(appArmor.runtimeDefault()).contains("windlass-default");
        assertThat(started().runtimeDefault()).contains("windlass-default");
        assertThat(parser.loaded).hasSize(1).first().asString().contains("profile windlass-default ");

        // After a reboot neither the profile nor the state folder's files are there.
        Files.delete(folder.resolve("apparmor-profile.sha256"));
        assertThat(started().runtimeDefault()).contains("windlass-default");
        assertThat(parser.loaded).hasSize(2);
    }

    @Test
    void oneThatSomebodyRemovedIsLoadedAgain() throws IOException {
        AppArmor appArmor = started();
        assertThat(appArmor.runtimeDefault()).isPresent();
        Files.writeString(profiles, "other (enforce)\n");
        assertThat(appArmor.runtimeDefault()).isPresent();
        assertThat(parser.loaded).hasSize(2);
    }

    @Test
    void oneOfAnotherReleaseIsReplaced() throws IOException {
        Files.writeString(profiles, OWN);
        Files.writeString(folder.resolve("apparmor-profile.sha256"), "0000");
        assertThat(started().runtimeDefault()).isPresent();
        assertThat(parser.loaded).hasSize(1);
    }

    @Test
    void withoutAParserThereIsNoneAndTheReasonIsTold() {
        AppArmor appArmor = started(Optional.empty());
        assertThat(appArmor.runtimeDefault()).isEmpty();
        assertThat(appArmor.problem()).contains("install Debian's package apparmor");
    }

    @Test
    void whatTheNodeLacksIsKnownBeforeSomebodyNeedsTheProfile() throws IOException {
        assertThat(started().lacking()).isEmpty();
        assertThat(started(Optional.empty()).lacking()).startsWith("there is no apparmor_parser");

        // Loaded by an earlier daemon of this boot: nothing has to be compiled.
        assertThat(started().runtimeDefault()).isPresent();
        assertThat(started(Optional.empty()).lacking()).isEmpty();

        Files.delete(profiles);
        assertThat(started().lacking()).contains("is securityfs mounted?");
    }

    @Test
    void aProfileThatTheParserRefusesIsLackingFromThenOn() {
        AppArmor appArmor = new KernelAppArmor(
                folder,
                new DefaultProfile(
                        Optional.of(new AppArmorParser(
                                new HostProgram(Path.of("/nonexistent/apparmor_parser"), Duration.ZERO))),
                        folder));
        assertThat(appArmor.lacking()).isEmpty();
        assertThat(appArmor.runtimeDefault()).isEmpty();
        assertThat(appArmor.lacking()).contains("cannot run /nonexistent/apparmor_parser");
    }

    /** Loads into the file that stands for the kernel's list. */
    private final class RecordingParser extends AppArmorParser {
        private final List<String> loaded = new ArrayList<>();

        RecordingParser() {
            super(new HostProgram(Path.of("/nonexistent"), Duration.ZERO));
        }

        @Override
        void replace(String profile) {
            loaded.add(profile);
            try {
                Files.writeString(profiles, OWN);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}
