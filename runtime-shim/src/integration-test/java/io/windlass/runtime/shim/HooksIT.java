package io.windlass.runtime.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.runtime.hook.ContainerHooks;
import io.windlass.runtime.hook.HookRun;
import io.windlass.runtime.oci.Hook;
import io.windlass.runtime.oci.Hooks;
import io.windlass.runtime.oci.Mount;
import io.windlass.runtime.oci.OciJson;
import io.windlass.runtime.oci.Root;
import io.windlass.runtime.oci.Spec;
import io.windlass.runtime.program.TypicalContainer;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Hooks of all kinds, with the real helper: where and when they run, what they are told, and what their failure does. */
@RequiresRoot
class HooksIT {
    private static ShimHost host;
    private static PodShim pod;

    @BeforeAll
    static void start() {
        host = new ShimHost();
        pod = host.pod();
    }

    @AfterAll
    static void end() throws IOException {
        host.close();
    }

    @Test
    void runsEachInItsNamespacesAtItsMoment() throws IOException {
        Path notes = Files.createDirectory(host.folder().resolve("notes"));
        String hostNetwork =
                Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
        String hostMounts = Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")).toString();
        Hooks hooks = new Hooks(
                List.of(note(notes, "1-prestart")),
                List.of(note(notes, "2-createRuntime")),
                List.of(note(notes, "3-createContainer")),
                List.of(new Hook(
                        "/bin/sh",
                        List.of("sh", "-c", "cat >/state; echo $WHO >/who; id -u >>/who"),
                        List.of("PATH=/bin", "WHO=start"),
                        10)),
                List.of(),
                List.of());
        ContainerLaunch launch = launch("cat /state; echo; cat /who", hooks);

        CreatedContainer created = pod.create(launch);
        String prestart = Files.readString(notes.resolve("1-prestart"));
        String createRuntime = Files.readString(notes.resolve("2-createRuntime"));
        String createContainer = Files.readString(notes.resolve("3-createContainer"));
        pod.start(launch.containerId());
        host.awaitExit(launch);

        String bundle = launch.bundle().orElseThrow().toString();
        String state = "{\"ociVersion\":\"1.3.0\",\"id\":\"%s\",\"status\":\"%s\",\"pid\":%d,\"bundle\":\"%s\"}";
        assertThat(prestart)
                .startsWith(state.formatted(launch.containerId(), "creating", created.pid(), bundle))
                .contains("net " + hostNetwork, "mnt " + hostMounts, "seen 1-prestart \n");
        assertThat(createRuntime)
                .contains("net " + hostNetwork, "mnt " + hostMounts, "seen 1-prestart 2-createRuntime \n");
        assertThat(createContainer)
                .startsWith(state.formatted(launch.containerId(), "creating", 1, bundle))
                .contains("seen 1-prestart 2-createRuntime 3-createContainer \n")
                .doesNotContain("mnt " + hostMounts);
        assertThat(host.log(launch))
                .isEqualTo(state.formatted(launch.containerId(), "created", 1, bundle) + "\nstart\n0\n");
        assertThat(created.timeline().steps())
                .extracting(Timeline.Step::name)
                .containsSubsequence("CLONE", "ATTACH_ROOT", "HOOK", "PIVOT");
    }

    /** Writes its state, its namespaces and the notes so far into a note of that name. */
    private static Hook note(Path notes, String name) {
        String script = "exec >%1$s/%2$s; cat; echo; for n in net mnt; do echo $n $(readlink /proc/self/ns/$n); done;"
                        .formatted(notes, name)
                + " echo seen $(ls %s) ''".formatted(notes);
        return new Hook("/bin/sh", List.of("sh", "-c", script), List.of("PATH=/usr/bin:/bin"), 10);
    }

    @Test
    void letsTheContainersHooksChangeAReadOnlyRootAtTheBundlesPathBeforeItIsLocked() throws IOException {
        Path volume = Files.createDirectories(host.folder().resolve("volume"));
        Files.writeString(volume.resolve("library"), "of the volume");
        // As tools do that are named by CDI: they read the bundle's document, and work below the path of the root.
        String script = "read -r state; bundle=${state##*\\\"bundle\\\":\\\"}; bundle=${bundle%%\\\"*};"
                + " root=$(sed -n 's/.*\"root\":{\"path\":\"\\([^\"]*\\)\".*/\\1/p' $bundle/config.json);"
                + " cp $root/data/library $root/etc/cache; echo changed >>$root/etc/cache;"
                + " grep -q \" $root/proc \" /proc/self/mountinfo && echo mounted >>$root/etc/cache;"
                + " ln -s /data/library $root/etc/link";
        Hook hook = new Hook("/bin/sh", List.of("sh", "-c", script), List.of("PATH=/usr/bin:/bin"), 10);
        Hooks hooks = new Hooks(List.of(), List.of(), List.of(hook), List.of(), List.of(), List.of());
        ContainerLaunch launch = launch(
                "cat /etc/cache; cat /etc/link; echo; touch /etc/new 2>&1; grep -c '/root ' /proc/self/mountinfo",
                hooks,
                spec -> {
                    List<Mount> mounts = new ArrayList<>(TypicalContainer.mounts());
                    mounts.add(Mount.bind(volume.toString(), "/data"));
                    return spec.mounts(mounts);
                },
                true);

        assertThat(host.run(pod, launch))
                .startsWith("of the volumechanged\nmounted\nof the volume")
                .contains("touch: /etc/new: Read-only file system")
                .endsWith("0\n");
        assertThat(launch.rootfs().attachPoint()).as("on the host").isEmptyDirectory();
    }

    @Test
    void leavesNothingOfAContainerWhoseCreationAHookForbids() {
        Hook failing = script("echo first >&2; echo 'no such device' >&2; exit 3");
        ContainerLaunch runtime =
                launch("true", new Hooks(List.of(), List.of(failing), List.of(), List.of(), List.of(), List.of()));
        ContainerLaunch inside =
                launch("true", new Hooks(List.of(), List.of(), List.of(failing), List.of(), List.of(), List.of()));

        assertThatThrownBy(() -> pod.create(runtime))
                .hasMessage("cannot create container " + runtime.containerId()
                        + ": createRuntime hook: cannot run /bin/sh: hook: /bin/sh ended with exit code 3: "
                        + "first no such device");
        assertThatThrownBy(() -> pod.create(inside))
                .hasMessageStartingWith("cannot create container " + inside.containerId() + ": HOOK: operation")
                .hasMessageEndingWith("/bin/sh ended with exit code 3: first no such device");
        ShimHost.eventually(
                "the end of both",
                () -> pod.list().stream()
                        .noneMatch(c -> c.containerId().equals(runtime.containerId())
                                || c.containerId().equals(inside.containerId())));
        assertThatThrownBy(() -> pod.start(runtime.containerId()))
                .isInstanceOfSatisfying(Fault.class, f -> assertThat(f.kind()).isEqualTo(FaultKind.NOT_FOUND));
    }

    @Test
    void startsNothingWhereAHookOfTheStartTakesTooLong() {
        Hook slow = new Hook("/bin/sleep", List.of("sleep", "100"), List.of(), 1);
        ContainerLaunch launch =
                launch("echo started", new Hooks(List.of(), List.of(), List.of(), List.of(slow), List.of(), List.of()));
        pod.create(launch);

        assertThatThrownBy(() -> pod.start(launch.containerId()))
                .isInstanceOfSatisfying(Fault.class, f -> assertThat(f.kind()).isEqualTo(FaultKind.DEADLINE_EXCEEDED))
                .hasMessageContaining("/bin/sleep was killed, because it had not ended after 1000 ms");
        assertThat(host.awaitExit(launch).exitCode()).isEqualTo(128);
        assertThat(host.rawLog(launch)).doesNotContain("started");
    }

    @Test
    void runsWhatIsClaimedOnce() throws IOException {
        Path count = host.folder().resolve("count");
        Hook hook = script("cat >>%1$s; echo >>%1$s".formatted(count));
        ContainerLaunch launch =
                launch("true", new Hooks(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(hook)));
        HookRun run = ContainerHooks.of(launch.containerId(), launch.spec(), launch.bundle())
                .poststop()
                .getFirst();

        assertThat(host.supervisor().hooks().run(run)).isTrue();
        assertThat(host.supervisor().hooks().run(run)).isFalse();
        assertThat(Files.readAllLines(count))
                .singleElement()
                .satisfies(state ->
                        assertThat(state).contains("\"status\":\"stopped\"").doesNotContain("pid"));
    }

    @Test
    void endsAHookWhoseCallerGivesUp() throws InterruptedException {
        Path mark = host.folder().resolve("mark");
        HookRun run = new HookRun(
                "/bin/sh",
                List.of("sh", "-c", "echo $$ >%s; exec sleep 100".formatted(mark)),
                List.of("PATH=/usr/bin:/bin"),
                Optional.of(Duration.ofSeconds(60)),
                "{}",
                Optional.empty());
        Thread caller = Thread.ofVirtual()
                .start(() -> assertThatThrownBy(() -> host.supervisor().hooks().run(run))
                        .isInstanceOfSatisfying(
                                Fault.class, f -> assertThat(f.kind()).isEqualTo(FaultKind.CANCELLED)));
        ShimHost.eventually("the hook", () -> Files.exists(mark) && !read(mark).isBlank());

        caller.interrupt();
        caller.join();

        Path process = Path.of("/proc", read(mark).strip());
        ShimHost.eventually("its end", () -> !Files.exists(process));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Hook script(String script) {
        return new Hook("/bin/sh", List.of("sh", "-c", script), List.of("PATH=/usr/bin:/bin"), 20);
    }

    private static ContainerLaunch launch(String script, Hooks hooks) {
        return launch(script, hooks, spec -> spec, false);
    }

    /** With a bundle as the daemon makes it: the document in a folder, the root attached beside it. */
    private static ContainerLaunch launch(
            String script, Hooks hooks, UnaryOperator<Spec.Builder> change, boolean readonly) {
        Spec draft = change.apply(TypicalContainer.spec("sh", "-c", script))
                .hooks(hooks)
                .build();
        ContainerLaunch plain = host.launch(draft);
        Path attach = plain.rootfs().attachPoint();
        Path bundle = Objects.requireNonNull(attach.getParent());
        Spec spec =
                draft.toBuilder().root(new Root(attach.toString(), readonly)).build();
        try {
            Files.write(bundle.resolve("config.json"), OciJson.write(spec));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ContainerLaunch(
                plain.containerId(),
                spec,
                plain.rootfs(),
                plain.logPath(),
                false,
                false,
                plain.pidMode(),
                plain.cgroupAttachFiles(),
                plain.unifiedCgroup(),
                plain.exitFile(),
                Optional.empty(),
                Optional.of(bundle));
    }
}
