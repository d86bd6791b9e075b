package io.windlass.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.ContainerStatsRequest;
import io.windlass.cri.v1.ContainerStatus;
import io.windlass.cri.v1.CreateContainerRequest;
import io.windlass.cri.v1.ExecSyncResponse;
import io.windlass.cri.v1.FilesystemUsage;
import io.windlass.cri.v1.IDMapping;
import io.windlass.cri.v1.Mount;
import io.windlass.cri.v1.NamespaceMode;
import io.windlass.cri.v1.NamespaceOption;
import io.windlass.cri.v1.PodSandboxConfig;
import io.windlass.cri.v1.RemoveContainerRequest;
import io.windlass.cri.v1.ReopenContainerLogRequest;
import io.windlass.cri.v1.RunPodSandboxRequest;
import io.windlass.cri.v1.StatusRequest;
import io.windlass.cri.v1.StopContainerRequest;
import io.windlass.cri.v1.UpdateContainerResourcesRequest;
import io.windlass.linux.Fd;
import io.windlass.linux.Kernel;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.ProjectUsage;
import io.windlass.testkit.LoopFilesystem;
import io.windlass.testkit.LoopFilesystem.Kind;
import io.windlass.testkit.RequiresRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Limits of what containers write, kept by ext4 and by xfs, over the CRI socket of the built daemon. */
@RequiresRoot
@SuppressWarnings("NullAway.Init")
class QuotaGuestIT {
    private static final String LAYER_BYTES = "quota.windlass.io/layer-bytes";
    private static final String LAYER_INODES = "quota.windlass.io/layer-inodes";
    private static final String LOG_BYTES = "quota.windlass.io/log-bytes";
    private static final long MIB = 1 << 20;
    /** Writes nine million bytes, and says what happened. */
    private static final String FILL = "/bin/busybox dd if=/dev/zero of=/full bs=60000 count=150; echo ended with $?";

    @Nested
    class OnExt4 extends OnADisk {
        OnExt4() {
            super(Kind.EXT4_WITH_PROJECT_QUOTAS, "Disk quota exceeded");
        }
    }

    @Nested
    class OnXfs extends OnADisk {
        OnXfs() {
            super(Kind.XFS_WITH_PROJECT_QUOTAS, "No space left on device");
        }
    }

    /** A node whose root, and whose logs, are on a filesystem with project quotas. */
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class OnADisk {
        @TempDir
        private static Path folder;

        private final Kernel kernel = new Kernel();
        private final Kind kind;
        private final String full;
        private LoopFilesystem disk;
        private CriNode node;
        private String pod;

        OnADisk(Kind kind, String full) {
            this.kind = kind;
            this.full = full;
        }

        @BeforeAll
        void startNode() throws Exception {
            disk = LoopFilesystem.mount(folder, kind);
            node = new CriNode(disk.root(), "");
            node.pull();
            pod = node.runPod("quota");
        }

        @AfterAll
        void endNode() throws Exception {
            node.removePods();
            assertThat(node.end()).isIn(0, 143);
            node.close();
            disk.close();
        }

        @AfterEach
        void removeContainers() {
            node.removeContainers();
        }

        private String started(ContainerConfig.Builder config) {
            String container = node.create(pod, "quota", config);
            node.start(container);
            return container;
        }

        private static ContainerConfig.Builder sleeping(String name) {
            return CriNode.shell(name, GuestNode.FOREVER);
        }

        private String script(String container, String script) {
            ExecSyncResponse answer = node.exec(container, "sh", "-c", script);
            return answer.getStdout().toStringUtf8() + answer.getStderr().toStringUtf8();
        }

        private long project(String container) {
            return project(container, "writable layer");
        }

        private long project(String container, String part) {
            String info = node.info(container);
            String before = "{\"of\":\"" + part + "\",\"project\":";
            assertThat(info).contains(before);
            String rest = info.substring(info.indexOf(before) + before.length());
            return Long.parseLong(rest.substring(0, rest.indexOf(',')));
        }

        private ProjectUsage usage(long project) {
            try (Fd root = kernel.open(disk.root(), OpenFlags.DIRECTORY, 0)) {
                return kernel.projectUsage(root, project);
            }
        }

        @Test
        void writesEndAtTheLimitOfBytes() {
            String container = started(sleeping("bytes").putAnnotations(LAYER_BYTES, "4Mi"));

            assertThat(script(container, FILL)).contains(full).contains("ended with 1");

            assertThat(usage(project(container)).bytes()).isBetween(4 * MIB - 65536, 4 * MIB);
            assertThat(script(container, "rm /full; echo again > /small && cat /small"))
                    .isEqualTo("again\n");
        }

        @Test
        void filesEndAtTheLimitOfInodes() {
            String container = started(sleeping("inodes").putAnnotations(LAYER_INODES, "40"));

            assertThat(script(container, "i=0; while /bin/busybox mkdir /d$i; do i=$((i+1)); done; echo made $i"))
                    .contains(full);

            assertThat(usage(project(container)).inodes()).isEqualTo(40);
            assertThat(node.status(container).getMessage())
                    .isEqualTo("its writable layer is full: 40 of 40 inodes of its quota are taken");
        }

        @Test
        void aFullLayerIsToldInTheStatus() throws Exception {
            String container = started(sleeping("told").putAnnotations(LAYER_BYTES, "4Mi"));
            assertThat(node.status(container).getReason()).isEmpty();
            script(container, FILL);

            ContainerStatus running = node.status(container);
            assertThat(running.getReason()).isEqualTo("QuotaReached");
            assertThat(running.getMessage())
                    .startsWith("its writable layer is full: ")
                    .endsWith(" of 4194304 bytes of its quota are taken");
            assertThat(node.info(container)).contains("\"bytesLimit\":4194304").contains("\"full\":true");

            String failing = started(CriNode.shell("failing", FILL + "; exit 3").putAnnotations(LAYER_BYTES, "4Mi"));
            ContainerStatus ended = node.awaitExit(failing);
            assertThat(ended.getExitCode()).isEqualTo(3);
            assertThat(ended.getReason()).isEqualTo("Error");
            assertThat(ended.getMessage()).startsWith("its writable layer is full: ");
        }

        @Test
        void whatIsCopiedUpFromTheImageCountsToo() {
            long busybox = Path.of("/bin/busybox").toFile().length();
            String container = started(sleeping("copy-up").putAnnotations(LAYER_BYTES, Long.toString(busybox / 2)));
            assertThat(script(container, "/bin/busybox chmod 700 /bin/busybox")).contains(full);
        }

        @Test
        void usageIsWhatTheQuotaHasAlsoWithoutALimit() throws Exception {
            String container = started(sleeping("usage"));
            FilesystemUsage before = layer(container);
            script(container, "head -c 3000000 /dev/zero > /some; /bin/busybox sync");
            CriNode.await(
                    "the usage",
                    () -> layer(container).getUsedBytes().getValue()
                            >= before.getUsedBytes().getValue() + 3_000_000);
            assertThat(layer(container).getInodesUsed().getValue())
                    .isEqualTo(before.getInodesUsed().getValue() + 1)
                    .isEqualTo(usage(project(container)).inodes());
        }

        private FilesystemUsage layer(String container) {
            return node.runtime()
                    .containerStats(ContainerStatsRequest.newBuilder()
                            .setContainerId(container)
                            .build())
                    .getStats()
                    .getWritableLayer();
        }

        @Test
        void noContainerLeavesItsProjectAndNoRightPassesTheLimit() {
            ContainerConfig.Builder config = sleeping("sealed").putAnnotations(LAYER_BYTES, "4Mi");
            config.getLinuxBuilder()
                    .getSecurityContextBuilder()
                    .getCapabilitiesBuilder()
                    .addAddCapabilities("ALL");
            for (String folderOfTools : List.of("/usr", "/usr/lib:/lib", "/usr/lib64:/lib64")) {
                String[] paths = folderOfTools.split(":", -1);
                config.addMounts(Mount.newBuilder()
                        .setHostPath(paths[0])
                        .setContainerPath(paths[paths.length - 1])
                        .setReadonly(true));
            }
            String container = started(config);
            long project = project(container);

            String escape = script(
                    container,
                    "echo > /file; /bin/busybox mkdir /folder; /usr/bin/chattr -p 0 /file;"
                            + " /usr/bin/chattr -P /folder; /usr/bin/lsattr -pd /file /folder");
            assertThat(escape).contains("Operation not permitted").containsPattern(project + " .* /file");
            assertThat(script(container, FILL.replace("/full", "/folder/full"))).contains(full);
        }

        @Test
        void theRootOfAUserNamespaceIsKeptToItToo() {
            String mapped = node.runtime()
                    .runPodSandbox(RunPodSandboxRequest.newBuilder()
                            .setConfig(mapped("mapped", node.podConfig("mapped")))
                            .build())
                    .getPodSandboxId();
            ContainerConfig.Builder config = sleeping("mapped").putAnnotations(LAYER_BYTES, "4Mi");
            mapped(config.getLinuxBuilder().getSecurityContextBuilder().getNamespaceOptionsBuilder());
            String container = node.runtime()
                    .createContainer(CreateContainerRequest.newBuilder()
                            .setPodSandboxId(mapped)
                            .setConfig(config)
                            .setSandboxConfig(mapped("mapped", node.podConfig("mapped")))
                            .build())
                    .getContainerId();
            node.start(container);
            assertThat(script(container, FILL)).contains(full);
        }

        private static PodSandboxConfig mapped(String name, PodSandboxConfig plain) {
            PodSandboxConfig.Builder config = plain.toBuilder().setHostname(name);
            mapped(config.getLinuxBuilder().getSecurityContextBuilder().getNamespaceOptionsBuilder());
            return config.build();
        }

        private static void mapped(NamespaceOption.Builder options) {
            IDMapping.Builder ids = IDMapping.newBuilder().setHostId(100_000).setLength(65_536);
            options.setPid(NamespaceMode.CONTAINER)
                    .getUsernsOptionsBuilder()
                    .setMode(NamespaceMode.POD)
                    .addUids(ids)
                    .addGids(ids);
        }

        @Test
        void aReadOnlyRootNeedsNothingOfItsLimit() {
            ContainerConfig.Builder config = sleeping("readonly").putAnnotations(LAYER_BYTES, "4Mi");
            config.getLinuxBuilder().getSecurityContextBuilder().setReadonlyRootfs(true);
            String container = started(config);
            assertThat(script(container, "echo > /file")).contains("Read-only file system");
            assertThat(usage(project(container)).bytes()).isLessThan(MIB / 16);
        }

        @Test
        void limitsOutliveTheDaemonAndChange() throws Exception {
            String container = started(sleeping("restart").putAnnotations(LAYER_BYTES, "4Mi"));
            long project = project(container);
            node.crash();
            try (Fd root = kernel.open(disk.root(), OpenFlags.DIRECTORY, 0)) {
                kernel.setProjectLimits(root, project, 0, 0);
            }
            node.restart();
            assertThat(project(container)).isEqualTo(project);
            assertThat(usage(project).bytesLimit()).isEqualTo(4 * MIB);

            node.runtime()
                    .updateContainerResources(UpdateContainerResourcesRequest.newBuilder()
                            .setContainerId(container)
                            .putAnnotations(LAYER_BYTES, "16Mi")
                            .build());
            assertThat(script(container, FILL)).contains("ended with 0");
        }

        @Test
        void aRemovedContainersIdIsFreedWithItsFiles() throws Exception {
            String container = started(sleeping("removed").putAnnotations(LAYER_BYTES, "4Mi"));
            long project = project(container);
            script(container, FILL);
            node.runtime()
                    .removeContainer(RemoveContainerRequest.newBuilder()
                            .setContainerId(container)
                            .build());
            CriNode.await("the deletion of its files", () -> usage(project).equals(ProjectUsage.NOTHING));
            int before = projectsInUse();
            String next = started(sleeping("next"));
            assertThat(project(next)).isNotEqualTo(project);
            assertThat(projectsInUse()).isEqualTo(before);
        }

        private int projectsInUse() {
            String quotas = statusInfo();
            return Integer.parseInt(quotas.replaceAll(".*\"inUse\":(\\d+).*", "$1"));
        }

        private String statusInfo() {
            return node.runtime()
                    .status(StatusRequest.newBuilder().setVerbose(true).build())
                    .getInfoOrDefault("quotas", "");
        }

        @Test
        void theNodeTellsThatItKeepsQuotas() {
            assertThat(node.daemonLog()).contains("writable layers have project quotas");
            assertThat(statusInfo()).contains("\"projectQuotas\":\"enforced\"").contains("\"lacking\":\"\"");
        }

        /** The container goes on, what does not fit is counted, and a rotated log that is removed makes room. */
        @Test
        void aFullLogDropsOutputAndNeverStopsTheContainer() throws Exception {
            String container = started(CriNode.shell(
                            "log",
                            "i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done;"
                                    + " echo > /written; while [ ! -e /go ]; do sleep 0.1; done; echo after; "
                                    + GuestNode.FOREVER)
                    .putAnnotations(LOG_BYTES, "64Ki"));
            Path log = node.log("quota", "log");
            CriNode.await(
                    "all its output",
                    () -> script(container, "[ -e /written ] && echo there").contains("there"));

            assertThat(Files.size(log)).isBetween(32_000L, 65_536L);
            assertThat(Files.readString(log)).endsWith("\n");
            assertThat(node.status(container).getReason()).isEqualTo("QuotaReached");
            assertThat(node.status(container).getMessage())
                    .contains("its log is full: ")
                    .contains("output is dropped");

            Path rotated = log.resolveSibling("log.log.1");
            Files.move(log, rotated);
            Files.delete(rotated);
            node.runtime()
                    .reopenContainerLog(ReopenContainerLogRequest.newBuilder()
                            .setContainerId(container)
                            .build());
            script(container, "echo > /go");
            CriNode.await("the new log", () -> Files.readString(log).endsWith("stdout F after\n"));
            assertThat(Files.readString(log)).contains("bytes of output could not be written to this log]");
            assertThat(node.status(container).getMessage()).isEmpty();
            try (Fd file = kernel.open(log, OpenFlags.READ_ONLY, 0)) {
                assertThat(kernel.project(file)).isEqualTo(project(container, "log"));
            }
        }

        @Test
        void aContainerThatIsStoppedAtItsLimitEndsAsAnyOther() throws Exception {
            String container = started(
                    CriNode.shell("stop", FILL + "; " + GuestNode.FOREVER).putAnnotations(LAYER_BYTES, "4Mi"));
            CriNode.await(
                    "the full layer", () -> node.status(container).getReason().equals("QuotaReached"));
            node.runtime()
                    .stopContainer(StopContainerRequest.newBuilder()
                            .setContainerId(container)
                            .build());
            assertThat(node.awaitExit(container).getMessage()).startsWith("its writable layer is full");
        }
    }

    /** The guest's own disk is an ext4 without the feature. */
    @Test
    void withoutQuotasALimitIsRefusedByNameAndTheReasonIsToldAtTheStart(@TempDir Path folder) throws Exception {
        try (CriNode node = new CriNode(folder, "[quota]\nlayer_bytes = \"1Gi\"")) {
            node.pull();
            String pod = node.runPod("without");
            assertThat(node.daemonLog()).contains("containers that [quota] limits are refused: the ");
            assertThatThrownBy(() -> node.create(pod, "without", CriNode.shell("main", "true")))
                    .hasMessageContaining("FAILED_PRECONDITION")
                    .hasMessageContaining(
                            "its writable layer cannot be limited, as [quota] layer_bytes asks for: the ext4")
                    .hasMessageContaining("tune2fs -O project,quota");
            assertThat(node.runtime()
                            .status(StatusRequest.getDefaultInstance())
                            .getStatus()
                            .getConditions(0)
                            .getReason())
                    .isEqualTo("ProjectQuotasMissing");
            // What asks for no limit runs as ever.
            node.start(node.create(pod, "without", CriNode.shell("free", "true").putAnnotations(LAYER_BYTES, "0")));
            assertThatThrownBy(() -> node.create(
                            pod,
                            "without",
                            CriNode.shell("log", "true")
                                    .putAnnotations(LAYER_BYTES, "0")
                                    .putAnnotations(LOG_BYTES, "1Mi")))
                    .hasMessageContaining(
                            "its log cannot be limited, as annotation quota.windlass.io/log-bytes asks for");
            node.removePods();
            assertThat(node.end()).isIn(0, 143);
        }
    }
}
