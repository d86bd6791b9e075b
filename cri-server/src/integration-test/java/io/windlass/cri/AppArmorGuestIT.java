package io.windlass.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.LinuxContainerSecurityContext;
import io.windlass.cri.v1.RuntimeCondition;
import io.windlass.cri.v1.SecurityProfile;
import io.windlass.cri.v1.StatusRequest;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What confines a container on a node with AppArmor, over the CRI socket of the built daemon. */
@RequiresRoot
@Tag("apparmor")
@SuppressWarnings("NullAway.Init")
class AppArmorGuestIT extends GuestNode {
    private static final String PROFILE = "windlass-test-no-writes";
    private static final String LABEL = "/proc/self/attr/apparmor/current";

    private String pod;

    @BeforeAll
    void loadProfile() throws Exception {
        parser("--replace", "profile " + PROFILE + " { file, signal, deny /tmp/** w, }\n");
        pod = node.runPod("apparmor");
    }

    @AfterEach
    void removeContainers() {
        node.removeContainers();
    }

    @AfterAll
    void removeProfile() throws Exception {
        parser("--remove", "profile " + PROFILE + " {}\n");
    }

    @Test
    void whoAsksForNothingIsConfinedByTheDefaultProfile() {
        String container = started("nothing", security -> {});
        assertThat(output(container, "cat " + LABEL)).isEqualTo("windlass-default (enforce)\n");
        assertThat(output(container, "echo 1 > /tmp/x && cat /tmp/x")).isEqualTo("1\n");
        assertThat(output(container, "cat /proc/sysrq-trigger /proc/kcore 2>&1 | head -c 1 | wc -c"))
                .as("something is said, and it is a refusal")
                .isEqualTo("1\n");
        assertThat(output(container, "mkdir /tmp/m; mount -t tmpfs none /tmp/m 2>/dev/null || echo refused"))
                .isEqualTo("refused\n");
    }

    @Test
    void theDefaultProfileCanBeAskedForAndDeclined() {
        assertThat(output(
                        started(
                                "default",
                                s -> s.getApparmorBuilder().setProfileType(SecurityProfile.ProfileType.RuntimeDefault)),
                        "cat " + LABEL))
                .isEqualTo("windlass-default (enforce)\n");
        assertThat(output(
                        started(
                                "unconfined",
                                s -> s.getApparmorBuilder().setProfileType(SecurityProfile.ProfileType.Unconfined)),
                        "cat " + LABEL))
                .isEqualTo("unconfined\n");
    }

    @Test
    void aProfileOfTheNodeConfinesTheContainerAndItsCommands() {
        String container = started(
                "localhost",
                s -> s.getApparmorBuilder()
                        .setProfileType(SecurityProfile.ProfileType.Localhost)
                        .setLocalhostRef(PROFILE));
        assertThat(output(container, "cat " + LABEL)).isEqualTo(PROFILE + " (enforce)\n");
        assertThat(output(container, "echo 1 > /tmp/x || echo refused")).isEqualTo("refused\n");
        assertThat(output(container, "echo 1 > /x && cat /x")).isEqualTo("1\n");
    }

    @Test
    @SuppressWarnings("deprecation")
    void theOlderTextNamesOneToo() {
        assertThat(output(started("text", s -> s.setApparmorProfile("localhost/" + PROFILE)), "cat " + LABEL))
                .isEqualTo(PROFILE + " (enforce)\n");
    }

    @Test
    void aProfileThatIsNotLoadedIsRefusedByItsNameBeforeAnythingIsMade() {
        assertThatThrownBy(() -> started(
                        "missing",
                        s -> s.getApparmorBuilder()
                                .setProfileType(SecurityProfile.ProfileType.Localhost)
                                .setLocalhostRef("localhost/nowhere")))
                .hasMessageContaining("cannot use apparmor profile localhost/nowhere: it is not loaded on this node");
    }

    @Test
    void aNodeThatCanLoadTheProfileIsReadyWithoutAWord() {
        RuntimeCondition ready = node.runtime()
                .status(StatusRequest.getDefaultInstance())
                .getStatus()
                .getConditions(0);
        assertThat(ready)
                .isEqualTo(RuntimeCondition.newBuilder()
                        .setType("RuntimeReady")
                        .setStatus(true)
                        .build());
    }

    private String started(String name, Consumer<LinuxContainerSecurityContext.Builder> security) {
        ContainerConfig.Builder config = CriNode.shell(name, FOREVER);
        security.accept(config.getLinuxBuilder().getSecurityContextBuilder());
        return started(pod, "apparmor", config);
    }

    private static void parser(String action, String profile) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("apparmor_parser", action, "--skip-cache")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (OutputStream input = process.getOutputStream()) {
            input.write(profile.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(process.waitFor()).as("exit code of apparmor_parser").isZero();
    }
}
