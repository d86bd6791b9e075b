package io.windlass.pod.fake;

import io.windlass.pod.Pods;
import io.windlass.pod.PodsSettings;
import io.windlass.pod.devices.CdiDevices;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.quota.QuotaPolicy;
import io.windlass.pod.security.AppArmor;
import io.windlass.pod.security.Selinux;
import io.windlass.pod.spec.Node;
import io.windlass.pod.spec.UserNamespaces;
import io.windlass.runtime.oci.Seccomp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A daemon's pods over a world of fakes that outlives it. */
public final class PodWorld implements AutoCloseable {
    public static final List<String> CAPABILITIES =
            List.of("CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW", "CAP_NET_ADMIN", "CAP_SETUID", "CAP_SETGID");
    private static final Seccomp SECCOMP =
            new Seccomp("SCMP_ACT_ERRNO", null, List.of(), List.of(), null, null, List.of());
    public static final Node NODE = new Node(
            CAPABILITIES,
            4096,
            AppArmor.NONE,
            Selinux.NONE,
            _ -> SECCOMP,
            Path.of("/nonexistent"),
            new UserNamespaces(true, (_, _) -> true));

    private final Failpoints failpoints = new Failpoints();
    private final FakeMounts mounts = new FakeMounts(failpoints);
    private final FakeNetwork network = new FakeNetwork(failpoints);
    private final FakeRootfs rootfs = new FakeRootfs(failpoints);
    private final FakeCgroups cgroups = new FakeCgroups(failpoints);
    private final FakeProjects projects = new FakeProjects(failpoints);
    private final RecordingPlugins plugins = new RecordingPlugins();
    private final FakeShims shims;
    private final Node node;
    private final PodsSettings settings;
    private Pods pods;

    public PodWorld(Path folder) {
        this(folder, Selinux.NONE);
    }

    public PodWorld(Path folder, Selinux selinux) {
        this(folder, selinux, QuotaPolicy.USUAL);
    }

    public PodWorld(Path folder, Selinux selinux, QuotaPolicy quotas) {
        node = new Node(
                NODE.capabilities(),
                NODE.openFilesHardLimit(),
                NODE.appArmor(),
                selinux,
                NODE.seccompDefault(),
                NODE.seccompFolder(),
                NODE.users());
        PodsSettings usual = PodsSettings.of(folder, folder.resolve("run"));
        settings = new PodsSettings(
                usual.database(),
                usual.state(),
                usual.cgroupParent(),
                usual.seccompProfiles(),
                usual.checkpoints(),
                List.of(folder.resolve("programs")),
                quotas);
        shims = new FakeShims(failpoints, mounts, folder.resolve("shims"));
        pods = open();
    }

    private Pods open() {
        Pods opened = Pods.open(
                settings,
                rootfs,
                network,
                shims,
                cgroups,
                mounts,
                projects,
                node,
                CdiDevices.of(List.of(cdiFolder())),
                plugins);
        opened.recover().run();
        return opened;
    }

    /** The daemon is killed, {@code meanwhile} happens, and another daemon starts. */
    public void restart(Runnable meanwhile) {
        pods.close();
        meanwhile.run();
        pods = open();
    }

    public Pods pods() {
        return pods;
    }

    public Failpoints failpoints() {
        return failpoints;
    }

    public FakeMounts mounts() {
        return mounts;
    }

    public FakeNetwork network() {
        return network;
    }

    public FakeRootfs rootfs() {
        return rootfs;
    }

    public FakeCgroups cgroups() {
        return cgroups;
    }

    public FakeProjects projects() {
        return projects;
    }

    public RecordingPlugins plugins() {
        return plugins;
    }

    public FakeShims shims() {
        return shims;
    }

    /** The folder of CDI specifications. */
    public Path cdiFolder() {
        return settings.state().resolve("cdi");
    }

    /** Where the programs of the host lie; there is none unless a test makes it. */
    public Path programs() {
        return settings.programs().getFirst();
    }

    public Path checkpoints() {
        return settings.checkpoints();
    }

    public Path podFolders() {
        return settings.state().resolve("pods");
    }

    public PodSandboxId runSandbox(String name) {
        return pods.runPodSandbox().run(Configs.sandbox(name), "");
    }

    public ContainerId createContainer(PodSandboxId sandbox, String name) {
        return pods.createContainer().create(sandbox.value(), Configs.container(name));
    }

    public ContainerId startContainer(PodSandboxId sandbox, String name) {
        ContainerId id = createContainer(sandbox, name);
        pods.startContainer().start(id.value());
        return id;
    }

    /** Everything that is not as it was in an empty world. */
    public List<String> leftovers() {
        List<String> found = new ArrayList<>();
        mounts.mounted().forEach(path -> found.add("mount " + path));
        network.attached().forEach(pod -> found.add("network of " + pod));
        rootfs.prepared().forEach(id -> found.add("writable layer of " + id));
        cgroups.paths().forEach(path -> found.add("cgroup " + path));
        projects.inUse().forEach(project -> found.add("project " + project));
        pods.store().projects().forEach(project -> found.add("record of " + project));
        shims.alive().forEach(pod -> found.add("shim of " + pod));
        pods.store().intents().forEach(intent -> found.add("intent " + intent));
        try (Stream<Path> folders = Files.list(podFolders())) {
            folders.forEach(folder -> found.add("folder " + folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    @Override
    public void close() {
        pods.close();
    }
}
