package io.windlass.cri;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.windlass.cri.v1.ImageFsInfoRequest;
import io.windlass.cri.v1.ImageServiceGrpc;
import io.windlass.cri.v1.ListMetricDescriptorsRequest;
import io.windlass.cri.v1.ListPodSandboxMetricsRequest;
import io.windlass.cri.v1.RuntimeCondition;
import io.windlass.cri.v1.RuntimeServiceGrpc;
import io.windlass.cri.v1.StatusRequest;
import io.windlass.cri.v1.StatusResponse;
import io.windlass.cri.v1.StopContainerRequest;
import io.windlass.cri.v1.StreamPodSandboxMetricsRequest;
import io.windlass.cri.v1.VersionRequest;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresRoot
class DaemonIT {
    @TempDir
    private Path folder;

    @Test
    void itAnswersUntilSigtermAndLeavesNoSocket() throws Exception {
        Path socket = state().resolve("windlass.sock");
        try (DaemonProcess daemon = start(config("")).ready()) {
            ManagedChannel channel = daemon.connect(socket);
            RuntimeServiceGrpc.RuntimeServiceBlockingStub runtime = RuntimeServiceGrpc.newBlockingStub(channel);

            assertThat(runtime.version(VersionRequest.getDefaultInstance()).getRuntimeName())
                    .isEqualTo("windlass");
            assertThat(ImageServiceGrpc.newBlockingStub(channel)
                            .imageFsInfo(ImageFsInfoRequest.getDefaultInstance())
                            .getImageFilesystemsList())
                    .singleElement()
                    .satisfies(
                            usage -> assertThat(usage.getFsId().getMountpoint()).isEqualTo(root().toString()));
            StatusResponse status =
                    runtime.status(StatusRequest.newBuilder().setVerbose(true).build());
            assertThat(status.getStatus().getConditionsList())
                    .extracting(RuntimeCondition::getType)
                    .containsExactly("RuntimeReady", "NetworkReady");
            assertThat(status.getInfoOrThrow("config"))
                    .contains("\"stateDir\":\"" + state() + "\"", "\"rootDir\":\"" + root() + "\"");
            runtime.stopContainer(
                    StopContainerRequest.newBuilder().setContainerId("unknown").build());
            assertThat(runtime.listMetricDescriptors(ListMetricDescriptorsRequest.getDefaultInstance())
                            .getDescriptorsList())
                    .hasSizeGreaterThanOrEqualTo(58)
                    .allSatisfy(descriptor ->
                            assertThat(descriptor.getLabelKeysList()).contains("container", "pod", "namespace"));
            assertThat(runtime.listPodSandboxMetrics(ListPodSandboxMetricsRequest.getDefaultInstance())
                            .getPodMetricsList())
                    .isEmpty();
            assertThat(runtime.streamPodSandboxMetrics(StreamPodSandboxMetricsRequest.getDefaultInstance()))
                    .isExhausted();
            channel.shutdownNow();

            assertThat(daemon.end(true)).isIn(0, 143);
            assertThat(daemon.log())
                    .contains("INFO  [rpc] StopContainer unknown")
                    .doesNotContain("ERROR");
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void aSecondOneOnTheSameFoldersIsTurnedAway() throws Exception {
        Path file = config("");
        try (DaemonProcess first = start(file).ready();
                DaemonProcess second = start(file)) {
            assertThat(second.end(false)).isEqualTo(1);
            assertThat(second.log())
                    .contains("cannot start: cannot use root folder " + root() + ": the daemon with pid " + first.pid()
                            + " uses it");
        }
    }

    @Test
    void aSocketInUseIsAnError() throws Exception {
        try (DaemonProcess first = start(config("")).ready();
                DaemonProcess second = DaemonProcess.start(
                        folder,
                        "--config=" + config(""),
                        "--root=" + folder.resolve("root2"),
                        "--state=" + folder.resolve("state2"),
                        "--listen=" + state().resolve("windlass.sock"))) {
            assertThat(second.end(false)).isEqualTo(1);
            assertThat(second.log()).contains("windlass.sock: socket in use by pid " + first.pid());
        }
    }

    @Test
    void aMissingHelperIsAnError() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(
                folder,
                Map.of("WINDLASS_SHIM", "/missing/windlass-shim"),
                "--config=" + config(""),
                "--root=" + root(),
                "--state=" + state())) {
            assertThat(daemon.end(false)).isEqualTo(1);
            assertThat(daemon.log())
                    .contains("cannot start: cannot find the helper /missing/windlass-shim, which WINDLASS_SHIM names");
        }
    }

    @Test
    void aMistakeInTheConfigurationIsAnErrorWithItsLine() throws Exception {
        Path file = config("[network]\nsubnt = \"10.0.0.0/8\"\n");
        try (DaemonProcess daemon = start(file)) {
            assertThat(daemon.end(false)).isEqualTo(2);
            assertThat(daemon.log())
                    .isEqualToIgnoringNewLines(
                            "windlassd: " + file + ":2: unknown key [network] subnt; did you mean subnet?");
        }
    }

    @Test
    void whatNeedsNoDaemonIsSaidWithoutOne() throws Exception {
        try (DaemonProcess version = DaemonProcess.start(folder, "--version");
                DaemonProcess check = DaemonProcess.start(folder, "--config=" + config(""), "--check-config");
                DaemonProcess wrong = DaemonProcess.start(folder, "--rot=/x")) {
            assertThat(version.end(false)).isZero();
            assertThat(version.log()).startsWith("windlassd ");
            assertThat(check.end(false)).isZero();
            assertThat(check.log()).isEqualToIgnoringNewLines("configuration is valid");
            assertThat(wrong.end(false)).isEqualTo(2);
            assertThat(wrong.log())
                    .isEqualToIgnoringNewLines("windlassd: unknown argument --rot; did you mean --root?");
        }
    }

    private DaemonProcess start(Path config) {
        return DaemonProcess.start(folder, "--config=" + config, "--root=" + root(), "--state=" + state());
    }

    private Path config(String content) throws IOException {
        return Files.writeString(folder.resolve("config.toml"), content);
    }

    private Path root() {
        return folder.resolve("root");
    }

    private Path state() {
        return folder.resolve("state");
    }
}
