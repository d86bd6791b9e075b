package io.windlass.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.fake.Configs;
import io.windlass.pod.fake.FakeArchives;
import io.windlass.pod.fake.FakeRootfs;
import io.windlass.pod.fake.FakeShim;
import io.windlass.pod.fake.PodWorld;
import io.windlass.pod.fake.ScriptedStream;
import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.sandbox.RestorePod;
import io.windlass.runtime.shim.Restoration;
import io.windlass.runtime.shim.ShimStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints over a shim whose programs of the host are told by the test. */
class CheckpointTest {
    private static final Duration USUAL = Duration.ZERO;

    private final PodWorld world;
    private final Path output;
    private PodSandboxId pod;
    private FakeShim shim;

    CheckpointTest(@TempDir Path folder, @TempDir Path output) {
        world = new PodWorld(folder);
        this.output = output;
    }

    @BeforeEach
    void prepare() throws IOException {
        pod = world.runSandbox("web");
        shim = world.shims().of(pod);
        Files.createDirectories(world.programs());
        install();
        shim.hostPrograms(this::dump);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private void install() throws IOException {
        Path criu = Files.writeString(world.programs().resolve("criu"), "");
        assertThat(criu.toFile().setExecutable(true)).isTrue();
    }

    /** As CRIU does: it leaves images where it is told to. */
    private ShimStream dump(List<String> command) {
        world.cgroups().steps().add("dump");
        write(Path.of(after(command, "--images-dir")).resolve("inventory.img"), "image");
        write(Path.of(after(command, "--work-dir")).resolve("dump.log"), "(0.1) Dumping\n");
        return ended(0);
    }

    private static ScriptedStream ended(int code) {
        return new ScriptedStream(new ShimStream.Frame.Exited(code, 0), new ShimStream.Frame.End());
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String after(List<String> command, String option) {
        return command.get(command.indexOf(option) + 1);
    }

    private Path archive() {
        return output.resolve("a.tar");
    }

    private void checkpoint(ContainerId id) {
        world.pods().checkpointContainer().checkpoint(id.value(), archive().toString(), USUAL);
    }

    private List<Path> written() {
        try (Stream<Path> entries = Files.list(output)) {
            return entries.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void nothingIsLeftOfIt(String what) {
        assertThat(written()).as(what).isEmpty();
        assertThat(shim.promises()).as(what).isEmpty();
        world.pods()
                .store()
                .containersOf(pod)
                .forEach(container -> assertThat(world.cgroups()
                                .group(container.definition().cgroupPath())
                                .frozen())
                        .as("frozen " + what)
                        .isFalse());
        assertThat(world.checkpoints().resolve("saving")).as(what).isEmptyDirectory();
    }

    private static void refused(Runnable call, FaultKind kind, String reason) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(kind))
                .hasMessageContaining(reason);
    }

    @Test
    void aContainerIsFrozenSavedAndThawedBeforeItsArchiveIsPacked() throws IOException {
        ContainerId id = world.startContainer(pod, "main");

        checkpoint(id);

        assertThat(world.cgroups().steps()).containsExactly("freeze " + id, "dump", "thaw " + id);
        assertThat(FakeArchives.names(Files.readString(archive())))
                .containsExactly(
                        "checkpoint/descriptors.json",
                        "checkpoint/inventory.img",
                        "config.dump",
                        "dump.log",
                        "rootfs-diff.tar",
                        "spec.dump",
                        "status.dump",
                        "windlass.dump");
        assertThat(Files.getPosixFilePermissions(archive())).hasSize(2);
        assertThat(written()).containsExactly(archive());
        assertThat(world.pods().store().container(id.value()).state()).isInstanceOf(ContainerState.Running.class);
        assertThat(shim.promises()).isEmpty();
    }

    @Test
    void theShimPromisesToThawBeforeAnythingIsFrozen() {
        ContainerId id = world.startContainer(pod, "main");
        shim.hostPrograms(command -> {
            assertThat(shim.promises())
                    .singleElement()
                    .satisfies(texts -> assertThat(texts).hasSize(1).allSatisfy((file, text) -> {
                        assertThat(file.toString()).endsWith(id + "/freezer.state");
                        assertThat(text).isEqualTo("THAWED");
                    }));
            return dump(command);
        });
        checkpoint(id);
        assertThat(archive()).exists();
    }

    @Test
    void aCheckpointThatFailsAtAnyStepLeavesNothingAndNobodyFrozen() throws IOException {
        ContainerId id = world.startContainer(pod, "main");
        world.failpoints().failAt(0);
        checkpoint(id);
        List<String> steps = world.failpoints().passed();
        assertThat(steps)
                .containsExactly(
                        "shim.atEnd", "cgroup.freeze", "shim.runOnHost", "rootfs.saveChanges", "archives.pack");
        Files.delete(archive());

        for (int step = 1; step <= steps.size(); step++) {
            world.failpoints().failAt(step);
            refused(() -> checkpoint(id), FaultKind.INTERNAL, "failpoint");
            nothingIsLeftOfIt("after failing at " + world.failpoints().failed());
        }
        world.failpoints().failAt(0);
        checkpoint(id);
    }

    @Test
    void aDumpThatFailsSaysWhyByCriusOwnErrors() {
        ContainerId id = world.startContainer(pod, "main");
        shim.hostPrograms(command -> {
            write(Path.of(after(command, "--work-dir")).resolve("dump.log"), """
                    (0.1) Error (criu/util.c:1): rlimit: Can't setup RLIMIT_NOFILE for self
                    (0.2) Error (criu/sk-unix.c:9): unix: a socket leads out
                    """);
            return ended(1);
        });
        refused(
                () -> checkpoint(id),
                FaultKind.INTERNAL,
                "cannot checkpoint container " + id + ": criu dump of container " + id
                        + " ended with status 1: Error (criu/sk-unix.c:9): unix: a socket leads out");
        nothingIsLeftOfIt("after a dump that failed");
    }

    @Test
    void aDumpThatTakesTooLongIsKilled() {
        ContainerId id = world.startContainer(pod, "main");
        ScriptedStream endless = new ScriptedStream();
        shim.hostPrograms(_ -> endless);
        refused(
                () -> world.pods()
                        .checkpointContainer()
                        .checkpoint(id.value(), archive().toString(), Duration.ofMillis(50)),
                FaultKind.DEADLINE_EXCEEDED,
                "was not done in time and was killed");
        assertThat(endless.killed()).isTrue();
        nothingIsLeftOfIt("after a timeout");
    }

    @Test
    void aCallerWhoGivesUpTakesTheDumpWithHim() throws InterruptedException {
        ContainerId id = world.startContainer(pod, "main");
        ScriptedStream endless = new ScriptedStream();
        Thread caller = Thread.currentThread();
        shim.hostPrograms(_ -> {
            caller.interrupt();
            return endless;
        });
        refused(() -> checkpoint(id), FaultKind.CANCELLED, "cancelled");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(endless.killed()).isTrue();
        nothingIsLeftOfIt("after a cancellation");
    }

    @Test
    void aDaemonThatDiedMeanwhileThawsAtItsStartAndRemovesWhatItHadWritten() throws IOException {
        ContainerId id = world.startContainer(pod, "main");
        Path staging = Files.createDirectories(output.resolve(".windlass-" + id));
        world.restart(() -> {
            write(staging.resolve("pages"), "half");
            Path saving = world.checkpoints().resolve("saving");
            try {
                Files.createDirectories(saving);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            write(saving.resolve(pod.value()), staging + "\n" + archive());
        });
        assertThat(world.cgroups().steps()).containsExactly("thaw " + id);
        assertThat(written()).isEmpty();
        assertThat(world.checkpoints().resolve("saving")).isEmptyDirectory();
    }

    @Test
    void withoutCriuTheRequestNamesWhatIsMissing() throws IOException {
        ContainerId id = world.startContainer(pod, "main");
        Files.delete(world.programs().resolve("criu"));
        refused(
                () -> checkpoint(id),
                FaultKind.FAILED_PRECONDITION,
                "the program criu is not installed (Debian: package criu)");
    }

    @Test
    void whatCannotBeSavedIsRefusedByName() throws IOException {
        ContainerId created = world.createContainer(pod, "created");
        refused(() -> checkpoint(created), FaultKind.FAILED_PRECONDITION, "it is created, not running");
        ContainerId terminal = world.pods()
                .createContainer()
                .create(pod.value(), Configs.containerOf("terminal").tty().build());
        world.pods().startContainer().start(terminal.value());
        refused(() -> checkpoint(terminal), FaultKind.UNIMPLEMENTED, "a container with a terminal (tty)");
        ContainerId main = world.startContainer(pod, "main");
        refused(
                () -> world.pods().checkpointContainer().checkpoint(main.value(), "a.tar", USUAL),
                FaultKind.INVALID_ARGUMENT,
                "location 'a.tar' is no absolute path");
        Files.writeString(archive(), "old");
        refused(() -> checkpoint(main), FaultKind.ALREADY_EXISTS, "is there already");
        assertThat(Files.readString(archive())).isEqualTo("old");
    }

    // --- restoring ---

    private Path saved(Map<String, String> instead) {
        Path file = output.resolve("saved.tar");
        Map<String, String> texts = new HashMap<>(Map.of(
                "config.dump",
                "{\"name\":\"main\",\"rootfsImageRef\":\"%s\",\"rootfsImageName\":\"busybox\"}"
                        .formatted(FakeRootfs.REFERENCE),
                "spec.dump",
                "{\"ociVersion\":\"1.3.0\"}",
                "windlass.dump",
                "{\"externalMounts\":[\"/dev\"],\"descriptors\":[\"\",\"pipe:[1]\",\"pipe:[2]\"]}",
                "rootfs-diff.tar",
                "x",
                "checkpoint/inventory.img",
                "x"));
        texts.putAll(instead);
        FakeArchives.make(file, texts);
        return file;
    }

    private ContainerId restore(Path file) {
        return world.pods()
                .createContainer()
                .create(
                        pod.value(),
                        Configs.containerOf("restored").image(file.toString()).build());
    }

    @Test
    void anArchiveInThePlaceOfTheImageIsRestoredWhenTheContainerIsStarted() {
        ContainerId id = restore(saved(Map.of()));

        Restoration restoration = shim.launch(id).restoration().orElseThrow();
        assertThat(restoration.command()).contains("restore", "--restore-sibling");
        assertThat(world.rootfs().applied(id))
                .hasValueSatisfying(layer ->
                        assertThat(layer).hasFileName("rootfs-diff.tar").exists());
        assertThat(world.pods().store().container(id.value()).state()).isInstanceOf(ContainerState.Created.class);
        assertThat(world.pods().store().container(id.value()).definition().imageReference())
                .isEqualTo(FakeRootfs.REFERENCE);

        world.pods().startContainer().start(id.value());

        assertThat(world.pods().store().container(id.value()).state()).isInstanceOf(ContainerState.Running.class);
        assertThat(world.checkpoints().resolve("restoring")).isEmptyDirectory();
    }

    @Test
    void aRestoreThatFailsAtAnyStepLeavesNothing() {
        Path file = saved(Map.of());
        world.failpoints().failAt(0);
        ContainerId whole = restore(file);
        List<String> steps = world.failpoints().passed();
        assertThat(steps)
                .containsExactly(
                        "archives.unpack",
                        "rootfs.resolve",
                        "rootfs.prepare",
                        "rootfs.applyChanges",
                        "cgroup.create",
                        "shim.create");
        world.pods().removeContainer().remove(whole.value());
        List<String> before = world.leftovers();
        assertThat(world.checkpoints().resolve("restoring")).isEmptyDirectory();

        for (int step = 1; step <= steps.size(); step++) {
            world.failpoints().failAt(step);
            assertThatThrownBy(() -> restore(file)).hasMessageContaining("failpoint");
            assertThat(world.leftovers()).isSubsetOf(before);
            assertThat(world.checkpoints().resolve("restoring"))
                    .as("after failing at " + world.failpoints().failed())
                    .isEmptyDirectory();
        }
    }

    @Test
    void whatDoesNotFitTheCheckpointIsRefusedByName() {
        refused(() -> restore(output.resolve("none.tar")), FaultKind.NOT_FOUND, "there is no checkpoint archive");
        refused(
                () -> restore(saved(Map.of(
                        "spec.dump",
                        "{\"ociVersion\":\"1.3.0\",\"mounts\":[{\"destination\":\"/data\",\"source\":\"/v\"}]}"))),
                FaultKind.INVALID_ARGUMENT,
                "the checkpointed container had a mount at /data, for which the request has none");
        refused(
                () -> restore(saved(Map.of(
                        "spec.dump",
                        "{\"ociVersion\":\"1.3.0\"}",
                        "windlass.dump",
                        "{\"externalMounts\":[],\"descriptors\":[\"pipe:[1]\"]}"))),
                FaultKind.INVALID_ARGUMENT,
                "its stdin is false, but that of the checkpointed container was true");
        refused(
                () -> restore(saved(Map.of("config.dump", "{\"rootfsImageRef\":\"other@sha256:9\"}"))),
                FaultKind.NOT_FOUND,
                "the checkpoint's image other@sha256:9");
        assertThat(world.checkpoints().resolve("restoring")).isEmptyDirectory();
    }

    // --- pods ---

    private void checkpointPod(Map<String, String> options, ContainerId... ids) {
        world.pods()
                .checkpointPod()
                .checkpoint(
                        pod.value(),
                        output.toString(),
                        Stream.of(ids).map(ContainerId::value).toList(),
                        options);
    }

    @Test
    void allContainersOfAPodStandStillBeforeTheFirstIsSaved() {
        ContainerId first = world.startContainer(pod, "first");
        ContainerId second = world.startContainer(pod, "second");
        world.startContainer(pod, "notAsked");

        checkpointPod(Map.of(), first, second);

        assertThat(world.cgroups().steps())
                .containsExactly(
                        "freeze " + first, "freeze " + second, "dump", "dump", "thaw " + first, "thaw " + second);
        assertThat(written())
                .extracting(path -> path.getFileName().toString())
                .containsExactlyInAnyOrder(first + ".tar", second + ".tar", "devshm-checkpoint.tar", "pod.dump");
    }

    @Test
    void aPodsCheckpointThatFailsAtAnyStepLeavesNothingAndNobodyFrozen() throws IOException {
        ContainerId first = world.startContainer(pod, "first");
        ContainerId second = world.startContainer(pod, "second");
        world.failpoints().failAt(0);
        checkpointPod(Map.of(), first, second);
        int steps = world.failpoints().passed().size();
        assertThat(steps).isEqualTo(10);
        for (Path path : written()) {
            Files.delete(path);
        }
        for (int step = 1; step <= steps; step++) {
            world.failpoints().failAt(step);
            refused(() -> checkpointPod(Map.of(), first, second), FaultKind.INTERNAL, "failpoint");
            nothingIsLeftOfIt(
                    "after failing at step " + step + ", " + world.failpoints().failed());
        }
    }

    @Test
    void whatAPodsCheckpointCannotHonourIsRefusedByName() throws IOException {
        ContainerId first = world.startContainer(pod, "first");
        refused(
                () -> checkpointPod(Map.of("pace", "1"), first),
                FaultKind.INVALID_ARGUMENT,
                "options has the key 'pace'");
        refused(() -> checkpointPod(Map.of()), FaultKind.INVALID_ARGUMENT, "container_ids is empty");
        refused(() -> checkpointPod(Map.of(), first, first), FaultKind.INVALID_ARGUMENT, "twice");
        ContainerId elsewhere = world.startContainer(world.runSandbox("other"), "first");
        refused(() -> checkpointPod(Map.of(), elsewhere), FaultKind.INVALID_ARGUMENT, "which is in another pod");
        ContainerId created = world.createContainer(pod, "created");
        refused(
                () -> checkpointPod(Map.of(), first, created),
                FaultKind.FAILED_PRECONDITION,
                "container " + created + ": it is created, not running");
        Files.writeString(output.resolve("old"), "");
        refused(() -> checkpointPod(Map.of(), first), FaultKind.FAILED_PRECONDITION, "is not empty");
    }

    private RestorePod.Restored restorePod(PodSandboxConfig config, ContainerConfig... configs) {
        return world.pods().restorePod().restore(output.toString(), config, "", Map.of(), List.of(configs));
    }

    private void savedPod() throws IOException {
        ContainerId first = world.startContainer(pod, "main");
        checkpointPod(Map.of(), first);
        Path content = saved(Map.of());
        Files.delete(output.resolve(first + ".tar"));
        Files.move(content, output.resolve(first + ".tar"));
        Files.move(output.resolve("saved.tar.content"), output.resolve(first + ".tar.content"));
        Files.createDirectories(output.resolve("devshm-checkpoint.tar.content"));
        world.pods().removePodSandbox().remove(pod.value());
    }

    @Test
    void aPodIsRestoredWithItsContainersCreated() throws IOException {
        savedPod();

        RestorePod.Restored restored = restorePod(Configs.sandbox("web"), Configs.container("main"));

        ContainerId id = Objects.requireNonNull(restored.containers().get("main"));
        assertThat(restored.containers()).hasSize(1);
        assertThat(world.pods().store().container(id.value()).state()).isInstanceOf(ContainerState.Created.class);
        assertThat(world.pods().store().container(id.value()).definition().sandboxId())
                .isEqualTo(restored.sandbox());
        assertThat(world.shims().of(restored.sandbox()).launch(id).restoration())
                .isPresent();
    }

    @Test
    void aPodWhoseRestoreFailsAtAnyStepLeavesNothing() throws IOException {
        savedPod();
        world.failpoints().failAt(0);
        PodSandboxId whole =
                restorePod(Configs.sandbox("web"), Configs.container("main")).sandbox();
        int steps = world.failpoints().passed().size();
        assertThat(steps).isGreaterThanOrEqualTo(9);
        world.pods().removePodSandbox().remove(whole.value());
        for (int step = 1; step <= steps; step++) {
            world.failpoints().failAt(step);
            assertThatThrownBy(() -> restorePod(Configs.sandbox("web"), Configs.container("main")))
                    .hasMessageContaining("failpoint");
            assertThat(world.leftovers())
                    .as("after failing at " + world.failpoints().failed())
                    .isEmpty();
        }
    }

    @Test
    void aPodThatDoesNotFitItsCheckpointIsRefusedByName() throws IOException {
        savedPod();
        refused(
                () -> restorePod(Configs.sandbox("other"), Configs.container("main")),
                FaultKind.INVALID_ARGUMENT,
                "but the checkpoint is of default/web");
        refused(
                () -> restorePod(Configs.sandbox("web")),
                FaultKind.INVALID_ARGUMENT,
                "container_configs has none for container main");
        refused(
                () -> restorePod(Configs.sandbox("web"), Configs.container("main"), Configs.container("more")),
                FaultKind.INVALID_ARGUMENT,
                "container_configs has one for container more, which the checkpoint has not");
        refused(
                () -> world.pods().restorePod().restore("relative", Configs.sandbox("web"), "", Map.of(), List.of()),
                FaultKind.INVALID_ARGUMENT,
                "checkpoint_path 'relative' is no absolute path of a folder");
        Files.writeString(output.resolve("pod.dump"), "{\"version\":7}");
        refused(() -> restorePod(Configs.sandbox("web")), FaultKind.INVALID_ARGUMENT, "its pod.dump is of version 7");
        assertThat(world.leftovers()).isEmpty();
    }
}
