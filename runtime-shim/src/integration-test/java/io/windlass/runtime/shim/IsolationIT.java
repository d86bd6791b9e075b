package io.windlass.runtime.shim;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.runtime.oci.Capabilities;
import io.windlass.runtime.oci.Device;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Mount;
import io.windlass.runtime.oci.Namespace;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Rlimit;
import io.windlass.runtime.oci.Root;
import io.windlass.runtime.oci.Spec;
import io.windlass.runtime.oci.User;
import io.windlass.runtime.program.SealedProjects;
import io.windlass.runtime.program.SeccompDocuments;
import io.windlass.runtime.program.TypicalContainer;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@RequiresRoot
class IsolationIT {
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
    void sharesThePodsNamespacesAndHasItsOwnOthers() throws IOException {
        String id = ShimHost.id();
        PodShim own = host.pod(id, Set.of(PodNamespace.NET, PodNamespace.IPC, PodNamespace.UTS));
        Path pins = host.folder().resolve("state/pods").resolve(id).resolve("ns");
        ContainerLaunch first = host.shell(
                "for n in net ipc uts pid mnt cgroup; do readlink /proc/self/ns/$n; done; hostname; echo $$");
        ContainerLaunch second = host.shell("for n in net ipc uts pid mnt cgroup; do readlink /proc/self/ns/$n; done");

        List<String> one = host.run(own, first).lines().toList();
        List<String> two = host.run(own, second).lines().toList();

        assertThat(one.subList(0, 3)).isEqualTo(two.subList(0, 3));
        assertThat(one.get(3)).isNotEqualTo(readlink("/proc/self/ns/pid"));
        assertThat(one.get(4)).isNotEqualTo(readlink("/proc/self/ns/mnt"));
        assertThat(one.get(5)).isNotEqualTo(readlink("/proc/self/ns/cgroup"));
        assertThat(one.get(0)).isNotEqualTo(readlink("/proc/self/ns/net"));
        assertThat(one.get(6)).isEqualTo("the-pod");
        assertThat(one.get(7)).isEqualTo("1");
        assertThat(Files.exists(pins.resolve("net"))).isTrue();
    }

    @Test
    void filesOfASealedContainerStayInTheirProject() {
        List<Mount> mounts = new ArrayList<>(TypicalContainer.mounts());
        mounts.add(Mount.bind("/usr", "/usr", "rbind", "ro"));
        mounts.add(Mount.bind("/usr/lib", "/lib", "rbind", "ro"));
        mounts.add(Mount.bind("/usr/lib64", "/lib64", "rbind", "ro"));
        Spec spec = shell("""
                echo > /file; mkdir /folder
                /usr/bin/chattr +d /file && echo changed; /usr/bin/chattr -P /folder && echo changed
                /usr/bin/chattr -p 7 /file && echo changed; true""").mounts(mounts).build();

        assertThat(host.run(pod, host.launch(spec)))
                .startsWith("changed\nchanged\n")
                .doesNotContain("Operation not permitted");
        assertThat(host.run(pod, host.launch(SealedProjects.seal(spec))).lines())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).contains("Operation not permitted"));
    }

    @Test
    void joinsNamespacesByPath() throws IOException {
        String id = ShimHost.id();
        PodShim other = host.pod(id, Set.of(PodNamespace.NET));
        Path pin = host.folder().resolve("state/pods").resolve(id).resolve("ns/net");
        Spec spec = shell("readlink /proc/self/ns/net")
                .linux(TypicalContainer.linux()
                        .namespaces(List.of(
                                Namespace.fresh(Namespace.PID), Namespace.at(Namespace.NETWORK, pin.toString())))
                        .build())
                .build();

        assertThat(host.run(pod, host.launch(spec)))
                .isEqualTo(host.run(other, host.shell("readlink /proc/self/ns/net")));
    }

    @Test
    void sharesOnePidNamespaceOfThePodWhenAsked() {
        PodShim shared = host.pod(ShimHost.id(), Set.of(PodNamespace.PID));
        Spec spec = shell("echo $$; sleep 0.2").linux(withoutPid()).build();
        ContainerLaunch first = host.launch(spec, PidMode.POD, false);
        ContainerLaunch second = host.launch(spec, PidMode.POD, false);

        int one = Integer.parseInt(host.run(shared, first).strip());
        int two = Integer.parseInt(host.run(shared, second).strip());

        assertThat(one).isGreaterThan(1);
        assertThat(two).isGreaterThan(one);
    }

    @Test
    void seesTheProcessesOfATargetContainer() {
        ContainerLaunch target = host.idle(pod);
        Spec spec = shell("ps").linux(withoutPid()).build();

        assertThat(host.run(pod, host.launch(spec, PidMode.ofContainer(target.containerId()), false)))
                .contains("sleep 1000");
    }

    @Test
    void sharesTheHostsPidNamespaceWhenAsked() throws IOException {
        Spec spec = shell("readlink /proc/self/ns/pid").linux(withoutPid()).build();

        assertThat(host.run(pod, host.launch(spec, PidMode.HOST, false)).strip())
                .isEqualTo(readlink("/proc/self/ns/pid"));
    }

    @Test
    void masksAndProtectsPaths() {
        Spec spec = shell("cat /proc/version | wc -c; ls /proc/fs | wc -l; echo 1 > /proc/sys/kernel/domainname; "
                        + "touch /sys/x; grep ' /proc/sys ' /proc/mounts")
                .linux(TypicalContainer.linux()
                        .maskedPaths(List.of("/proc/version", "/proc/fs", "/proc/no-such-file"))
                        .build())
                .build();

        assertThat(host.run(pod, host.launch(spec)))
                .startsWith("0\n0\n")
                .contains("/proc/sys/kernel/domainname: Read-only file system", "/sys/x: Read-only file system")
                .containsPattern("proc /proc/sys proc ro,");
    }

    @Test
    void givesOnlyTheStandardDevices() {
        String output = host.run(
                pod,
                host.shell(
                        "ls /dev; stat -c '%n %t:%T %a' /dev/null /dev/tty; echo x > /dev/null && head -c 2 /dev/zero | wc -c; "
                                + "readlink /dev/ptmx; readlink /dev/fd; echo through > /dev/stderr"));

        assertThat(output.lines().limit(15))
                .contains("fd", "full", "null", "ptmx", "pts", "random", "shm", "stdin", "tty", "urandom", "zero")
                .doesNotContain("vda", "kmsg", "console");
        assertThat(output).contains("/dev/null 1:3 666", "/dev/tty 5:0 666", "pts/ptmx", "/proc/self/fd", "through");
    }

    @Test
    void makesTheDevicesOfTheDocument() {
        Spec spec = shell("stat -c '%n %t:%T %a %u:%g' /dev/deep/er /dev/null")
                .linux(TypicalContainer.linux()
                        .devices(List.of(
                                new Device("/dev/deep/er", "c", 1, 7, 0640, 3L, 4L),
                                new Device("/dev/null", "c", 1, 3, 0600, 0L, 0L)))
                        .build())
                .build();

        assertThat(host.run(pod, host.launch(spec))).isEqualTo("/dev/deep/er 1:7 640 3:4\n/dev/null 1:3 600 0:0\n");
    }

    @Test
    void runsAsTheUserWithJustItsCapabilities() {
        Process process = TypicalContainer.process(
                        "sh",
                        "-c",
                        "id; grep -E 'Cap|NoNewPrivs|Seccomp:' /proc/self/status; pwd; umask; touch f || true")
                .user(new User(1000, 1001, 027, List.of(5L, 6L)))
                .capabilities(new Capabilities(
                        List.of("CAP_NET_RAW", "CAP_CHOWN"),
                        List.of("CAP_NET_RAW"),
                        List.of("CAP_NET_RAW"),
                        List.of("CAP_NET_RAW"),
                        List.of("CAP_NET_RAW")))
                .cwd("/work/here")
                .build();

        String output = host.run(
                pod, host.launch(TypicalContainer.spec().process(process).build()));

        assertThat(output)
                .contains("uid=1000 gid=1001 groups=5,6")
                .contains("CapInh:\t0000000000002000", "CapPrm:\t0000000000002000", "CapEff:\t0000000000002000")
                .contains("CapBnd:\t0000000000002001", "CapAmb:\t0000000000002000")
                .contains("NoNewPrivs:\t1", "Seccomp:\t0")
                .contains("/work/here\n0027\n")
                .contains("Permission denied");
    }

    @Test
    void keepsRootsCapabilitiesWithoutNoNewPrivileges() {
        Process process = TypicalContainer.process("grep", "-E", "CapEff|NoNewPrivs", "/proc/self/status")
                .noNewPrivileges(false)
                .build();

        assertThat(host.run(
                        pod,
                        host.launch(TypicalContainer.spec().process(process).build())))
                .isEqualTo("CapEff:\t00000000a80425fb\nNoNewPrivs:\t0\n");
    }

    @Test
    void filtersSystemCallsWithAndWithoutNoNewPrivileges() {
        for (boolean noNewPrivileges : new boolean[] {true, false}) {
            Process process = TypicalContainer.process(
                            "sh", "-c", "grep Seccomp: /proc/self/status; unshare -U true 2>&1; echo $?")
                    .noNewPrivileges(noNewPrivileges)
                    .build();
            Spec spec = TypicalContainer.spec()
                    .process(process)
                    .linux(TypicalContainer.linux()
                            .seccomp(SeccompDocuments.runtimeDefault(TypicalContainer.CAPABILITIES))
                            .build())
                    .build();

            ContainerLaunch launch = host.launch(spec);
            assertThat(host.run(pod, launch))
                    .isEqualTo("Seccomp:\t2\nunshare: unshare(0x10000000): Operation not permitted\n1\n");
        }
    }

    @Test
    void makesNoFilterWithoutAPolicy() {
        assertThat(host.run(pod, host.shell("unshare -U true; echo $?"))).isEqualTo("0\n");
    }

    @Test
    void showsTheContainersOwnCgroupsOnly() {
        boolean version2 = Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
        String group = version2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/pids";
        List<Mount> mounts = new ArrayList<>(TypicalContainer.mounts());
        mounts.add(Mount.of("cgroup", "cgroup", "/sys/fs/cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"));
        ContainerLaunch launch = host.launch(shell(
                        "cat /proc/self/cgroup; ls /sys/fs/cgroup; cat %s/cgroup.procs | head -1; touch /sys/fs/cgroup/x %s/y"
                                .formatted(group, group))
                .mounts(mounts)
                .build());

        String output = host.run(pod, launch);

        assertThat(output).contains("0::/\n", "\n1\n").doesNotContain(launch.containerId());
        if (version2) {
            assertThat(output).contains("\ncgroup.procs\n", "\nmemory.max\n");
        } else {
            assertThat(output).contains("pids:/\n", "memory:/\n", "\npids\n", "\nunified\n");
        }
        assertThat(output).contains("/sys/fs/cgroup/x: Read-only file system", group + "/y: Read-only file system");
    }

    @Test
    void appliesThePolicyToExecs() {
        ContainerLaunch launch = host.launch(TypicalContainer.spec("sleep", "1000")
                .linux(TypicalContainer.linux()
                        .seccomp(SeccompDocuments.runtimeDefault(TypicalContainer.CAPABILITIES))
                        .build())
                .build());
        pod.create(launch);
        pod.start(launch.containerId());

        assertThat(host.execute(pod, launch, "grep", "-E", "Seccomp:|CapBnd|NoNewPrivs", "/proc/self/status")
                        .stdout())
                .isEqualTo("CapBnd:\t00000000a80425fb\nNoNewPrivs:\t1\nSeccomp:\t2\n");
    }

    @Test
    void limitsResourcesAndOomScore() {
        Process process = TypicalContainer.process("sh", "-c", "ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj")
                .rlimits(List.of(new Rlimit("RLIMIT_NOFILE", 100, 200)))
                .oomScoreAdj(500)
                .build();

        assertThat(host.run(
                        pod,
                        host.launch(TypicalContainer.spec().process(process).build())))
                .isEqualTo("100\n200\n500\n");
    }

    @Test
    void makesTheRootReadOnlyButNotItsVolumes() throws IOException {
        Path volume = Files.createDirectories(host.folder().resolve("volume-" + ShimHost.id()));
        List<Mount> mounts = new ArrayList<>(TypicalContainer.mounts());
        mounts.add(Mount.bind(volume.toString(), "/made/for/it", "rw"));
        mounts.add(Mount.bind(volume.toString(), "/readonly", "ro", "noexec"));
        Spec spec = shell(
                        "touch /x; touch /made/for/it/here; touch /readonly/there; ls /made/for/it; grep readonly /proc/mounts")
                .root(new Root("rootfs", true))
                .mounts(mounts)
                .build();

        String output = host.run(pod, host.launch(spec));

        assertThat(output)
                .contains("/x: Read-only", "/readonly/there: Read-only")
                .contains("here\n")
                .containsPattern("ro,[a-z,]*noexec");
        assertThat(Files.exists(volume.resolve("here"))).isTrue();
        assertThat(Files.exists(volume.resolve("there"))).isFalse();
    }

    @Test
    void bindsSingleFilesAndConfinesSources() throws IOException {
        Path volume = Files.createDirectories(host.folder().resolve("volume-" + ShimHost.id()));
        Files.createDirectory(volume.resolve("etc"));
        Files.writeString(volume.resolve("etc/passwd"), "inside\n");
        Files.createSymbolicLink(volume.resolve("link"), Path.of("/etc/passwd"));
        List<Mount> mounts = new ArrayList<>(TypicalContainer.mounts());
        mounts.add(Mount.bind("link", "/etc/it", "x-windlass.root=" + volume, "ro"));
        Spec spec = shell("cat /etc/it").mounts(mounts).build();

        assertThat(host.run(pod, host.launch(spec))).isEqualTo("inside\n");
    }

    @Test
    void setsSysctlsOfThePodsNamespaces() {
        Spec spec = shell("cat /proc/sys/net/ipv4/ip_unprivileged_port_start")
                .linux(TypicalContainer.linux()
                        .sysctl(Map.of("net.ipv4.ip_unprivileged_port_start", "99"))
                        .build())
                .build();

        assertThat(host.run(pod, host.launch(spec))).isEqualTo("99\n");
    }

    private static Linux withoutPid() {
        return TypicalContainer.linux()
                .namespaces(List.of(Namespace.fresh(Namespace.MOUNT), Namespace.fresh(Namespace.CGROUP)))
                .build();
    }

    private static Spec.Builder shell(String script) {
        return TypicalContainer.spec("sh", "-c", script);
    }

    private static String readlink(String path) throws IOException {
        return Files.readSymbolicLink(Path.of(path)).toString();
    }
}
