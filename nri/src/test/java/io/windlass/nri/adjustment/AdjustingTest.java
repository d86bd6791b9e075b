package io.windlass.nri.adjustment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.plugin.Creation;
import io.windlass.proto.nri.Container;
import io.windlass.proto.nri.ContainerAdjustment;
import io.windlass.proto.nri.CreateContainerResponse;
import io.windlass.proto.nri.Field;
import io.windlass.proto.nri.FieldOwners;
import io.windlass.proto.nri.PluginInstance;
import io.windlass.proto.nri.PodSandbox;
import io.windlass.proto.nri.ValidateContainerAdjustmentRequest;
import io.windlass.runtime.oci.Device;
import io.windlass.runtime.oci.DeviceRule;
import io.windlass.runtime.oci.Hook;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Mount;
import io.windlass.runtime.oci.Namespace;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Resources;
import io.windlass.runtime.oci.Rlimit;
import io.windlass.runtime.oci.Spec;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdjustingTest {
    private static final String A = "00-a";
    private static final String B = "10-b";

    private final Adjusting adjusting = new Adjusting(
            Views.unmade(),
            List.of(PluginInstance.newBuilder().setIndex("00").setName("a").build()));

    @Test
    void aPluginThatAsksForNothingChangesNothing() {
        assertThat(after("").spec()).isEqualTo(Views.spec());
    }

    @Test
    void annotationsAreSetAndRemoved() {
        assertThat(after("annotations { key: 'third' value: '3' } annotations { key: '-first' value: '' }")
                        .spec()
                        .annotations())
                .isEqualTo(Map.of("second", "2", "third", "3"));
    }

    @Test
    void mountsAreAddedReplacedRemovedAndOrderedByDepth() {
        List<Mount> mounts = after("""
                mounts { destination: '/data/deep' type: 'bind' source: '/host/deep' options: 'ro' options: 'rbind' }
                mounts { destination: '/data/' type: 'bind' source: '/other' }
                mounts { destination: '-/proc' }
                """).spec().mounts();
        assertThat(mounts).extracting(Mount::destination).containsExactly("/data/", "/data/deep");
        assertThat(mounts).extracting(Mount::source).containsExactly("/other", "/host/deep");
        assertThat(mounts.getLast().options()).containsExactly("ro", "rbind");
    }

    @Test
    void environmentVariablesAreSetReplacedAndRemoved() {
        assertThat(process(after("""
                        env { key: 'NEW' value: 'a=b' } env { key: 'PATH' value: '/sbin' } env { key: '-HOME' }
                        """)).env()).containsExactly("NEW=a=b", "PATH=/sbin");
    }

    @Test
    void argumentsAreReplaced() {
        assertThat(process(after("args: 'echo' args: 'x'")).args()).containsExactly("echo", "x");
    }

    @Test
    void hooksOfSeveralPluginsAddUpInTheirOrder() {
        apply(A, "hooks { poststop { path: '/a' args: 'a' env: 'E=1' timeout { value: 3 } } }");
        apply(B, "hooks { poststop { path: '/b' } prestart { path: '/p' } create_runtime { path: '/cr' } }");
        apply(
                B,
                "hooks { create_container { path: '/cc' } start_container { path: '/sc' } poststart { path: '/ps' } }");
        var hooks = Objects.requireNonNull(adjusting.creation().spec().hooks());
        assertThat(hooks.poststop()).extracting(Hook::path).containsExactly("/a", "/b");
        assertThat(hooks.poststop().getFirst()).isEqualTo(new Hook("/a", List.of("a"), List.of("E=1"), 3));
        assertThat(List.of(
                        hooks.prestart(),
                        hooks.createRuntime(),
                        hooks.createContainer(),
                        hooks.startContainer(),
                        hooks.poststart()))
                .extracting(list -> list.getFirst().path())
                .containsExactly("/p", "/cr", "/cc", "/sc", "/ps");
        assertThat(owners().getSimpleMap()).containsEntry(Field.OciHooks_VALUE, "00-a,10-b,10-b");
    }

    @Test
    void rlimitsAreSetAndReplaced() {
        assertThat(process(after("""
                        rlimits { type: 'RLIMIT_NOFILE' soft: 5 hard: 6 } rlimits { type: 'RLIMIT_CORE' soft: 1 hard: 2 }
                        """)).rlimits())
                .containsExactly(new Rlimit("RLIMIT_NOFILE", 5, 6), new Rlimit("RLIMIT_CORE", 1, 2));
    }

    @Test
    void aDeviceComesWithTheRightToUseItAndGoesWithIt() {
        apply(A, """
                linux { devices { path: '/dev/new' type: 'b' major: 7 minor: 3 file_mode { value: 288 } uid { value: 1 } gid { value: 2 } }
                        devices { path: '-/dev/fuse' } }
                """);
        Linux linux = linux(adjusting.creation());
        assertThat(linux.devices()).containsExactly(new Device("/dev/new", "b", 7, 3, 0440, 1L, 2L));
        assertThat(resources(linux).devices())
                .containsExactly(
                        new DeviceRule(false, null, null, null, "rwm"), new DeviceRule(true, "b", 7L, 3L, "rm"));
        apply(B, "linux { devices { path: '-/dev/new' } devices { path: '/dev/new' type: 'u' major: 9 minor: 9 } }");
        assertThat(resources(linux(adjusting.creation())).devices())
                .containsExactly(
                        new DeviceRule(false, null, null, null, "rwm"), new DeviceRule(true, "c", 9L, 9L, "rwm"));
    }

    @Test
    void aPipeNeedsNoRightOfTheDeviceGroup() {
        Linux linux = linux(after("linux { devices { path: '/dev/pipe' type: 'p' } }"));
        assertThat(linux.devices()).hasSize(2);
        assertThat(resources(linux).devices()).hasSize(2);
    }

    @Test
    void rulesOfTheDeviceGroupAreAdded() {
        assertThat(resources(
                                linux(
                                        after(
                                                "linux { resources { devices { allow: true type: 'c' major { value: 1 } access: 'r' } } }")))
                        .devices()
                        .getLast())
                .isEqualTo(new DeviceRule(true, "c", 1L, null, "r"));
    }

    @Test
    void limitsAreSetOneByOneAndOthersStay() {
        Resources limits = resources(linux(after("""
                linux { resources {
                  memory { limit { value: 1000 } swap { value: 2000 } }
                  cpu { shares { value: 7 } period { value: 9 } mems: '0' }
                  pids { limit: 44 }
                  hugepage_limits { page_size: '2MB' limit: 11 }
                  unified { key: 'memory.high' value: '500' } } }
                """)));
        assertThat(Objects.requireNonNull(limits.memory()).limit()).isEqualTo(1000);
        assertThat(limits.memory().swap()).isEqualTo(2000);
        var cpu = Objects.requireNonNull(limits.cpu());
        assertThat(List.of(
                        Objects.requireNonNull(cpu.shares()),
                        Objects.requireNonNull(cpu.quota()),
                        Objects.requireNonNull(cpu.period())))
                .containsExactly(7L, 20_000L, 9L);
        assertThat(cpu.cpus()).isEqualTo("0-1");
        assertThat(cpu.mems()).isEqualTo("0");
        assertThat(Objects.requireNonNull(limits.pids()).limit()).isEqualTo(44);
        assertThat(limits.hugepageLimits()).containsExactly(new io.windlass.runtime.oci.HugepageLimit("2MB", 11));
        assertThat(limits.unified()).containsEntry("memory.high", "500");
    }

    @Test
    void namespacesAreReplacedAndRemoved() {
        assertThat(linux(after("""
                        linux { namespaces { type: 'network' path: '/run/net' } namespaces { type: '-mount' }
                                namespaces { type: 'ipc' } }
                        """)).namespaces())
                .containsExactly(new Namespace("network", "/run/net"), new Namespace("ipc", null));
    }

    @Test
    void sysctlsAreSetAndRemoved() {
        assertThat(linux(after("""
                        linux { sysctl { key: '-net.ipv4.ip_forward' value: '' } sysctl { key: 'a.b' value: '2' } }
                        """)).sysctl()).isEqualTo(Map.of("a.b", "2"));
    }

    @Test
    void theRestOfTheProcessIsSet() {
        Process process = process(after("""
                linux { oom_score_adj { value: -7 }
                        io_priority { class: IOPRIO_CLASS_BE priority: 3 }
                        scheduler { policy: SCHED_RR priority: 4 nice: 1 flags: SCHED_FLAG_RESET_ON_FORK runtime: 5 deadline: 6 period: 7 } }
                """));
        assertThat(process.oomScoreAdj()).isEqualTo(-7);
        assertThat(process.ioPriority()).isEqualTo(new io.windlass.runtime.oci.IoPriority("IOPRIO_CLASS_BE", 3));
        assertThat(process.scheduler())
                .isEqualTo(new io.windlass.runtime.oci.Scheduler(
                        "SCHED_RR", 1, 4, List.of("SCHED_FLAG_RESET_ON_FORK"), 5L, 6L, 7L));
    }

    @Test
    void theRestOfTheLinuxPartIsSet() {
        Linux linux = linux(after("""
                linux { net_devices { key: 'eth1' value { name: 'inside' } }
                        rdt { clos_id { value: 'gold' } schemata { value: 'L3:0=f' } enable_monitoring { value: true } }
                        memory_policy { mode: MPOL_BIND nodes: '0' flags: MPOL_F_STATIC_NODES }
                        seccomp_policy { default_action: 'SCMP_ACT_ERRNO' default_errno { value: 2 } architectures: 'SCMP_ARCH_X86_64'
                          syscalls { names: 'read' action: 'SCMP_ACT_ALLOW' args { index: 1 value: 2 value_two: 3 op: 'SCMP_CMP_EQ' } } } }
                """));
        assertThat(linux.netDevices())
                .hasEntrySatisfying("eth1", device -> assertThat(device.name()).isEqualTo("inside"));
        assertThat(linux.intelRdt())
                .isEqualTo(new io.windlass.runtime.oci.IntelRdt("gold", List.of("L3:0=f"), null, null, true));
        assertThat(linux.memoryPolicy())
                .isEqualTo(new io.windlass.runtime.oci.MemoryPolicy("MPOL_BIND", "0", List.of("MPOL_F_STATIC_NODES")));
        var seccomp = Objects.requireNonNull(linux.seccomp());
        assertThat(seccomp.defaultErrnoRet()).isEqualTo(2);
        assertThat(seccomp.syscalls().getFirst().args().getFirst())
                .isEqualTo(new io.windlass.runtime.oci.SeccompArgument(1, 2, 3L, "SCMP_CMP_EQ"));
    }

    @Test
    void rdtIsTakenBack() {
        apply(A, "linux { rdt { clos_id { value: 'gold' } } }");
        apply(B, "linux { rdt { remove: true } }");
        assertThat(linux(adjusting.creation()).intelRdt()).isNull();
        assertThat(after("linux { rdt { } }").spec().linux())
                .extracting(Linux::intelRdt)
                .isNull();
    }

    @Test
    void cdiDevicesAreHandedOn() {
        apply(A, "CDI_devices { name: 'vendor.com/gpu=0' }");
        apply(B, "CDI_devices { name: 'vendor.com/gpu=1' }");
        assertThat(adjusting.creation().cdiDevices()).containsExactly("vendor.com/gpu=0", "vendor.com/gpu=1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            annotations { key: 'k' value: 'v' }                                       | Annotations 'k'
            mounts { destination: '/m' }                                              | Mounts '/m'
            env { key: 'E' value: 'v' }                                               | Env 'E'
            args: 'x'                                                                 | Args
            rlimits { type: 'RLIMIT_CORE' }                                           | Rlimits 'RLIMIT_CORE'
            CDI_devices { name: 'v.com/c=d' }                                         | CdiDevices 'v.com/c=d'
            linux { devices { path: '/dev/d' type: 'c' } }                            | Devices '/dev/d'
            linux { namespaces { type: 'ipc' } }                                      | Namespace 'ipc'
            linux { sysctl { key: 's' value: '1' } }                                  | Sysctl 's'
            linux { net_devices { key: 'n' value { } } }                              | LinuxNetDevices 'n'
            linux { oom_score_adj { value: 1 } }                                      | OomScoreAdj
            linux { io_priority { priority: 1 } }                                     | IoPriority
            linux { scheduler { nice: 1 } }                                           | LinuxSched
            linux { seccomp_policy { default_action: 'SCMP_ACT_ALLOW' } }             | SeccompPolicy
            linux { memory_policy { mode: MPOL_BIND } }                               | MemoryPolicy
            linux { rdt { clos_id { value: 'c' } } }                                  | RdtClosID
            linux { rdt { schemata { value: 'c' } } }                                 | RdtSchemata
            linux { rdt { enable_monitoring { value: true } } }                       | RdtEnableMonitoring
            linux { resources { memory { limit { value: 1 } } } }                     | MemLimit
            linux { resources { memory { swap { value: 1 } } } }                      | MemSwapLimit
            linux { resources { cpu { shares { value: 1 } } } }                       | CPUShares
            linux { resources { cpu { quota { value: 1 } } } }                        | CPUQuota
            linux { resources { cpu { period { value: 1 } } } }                       | CPUPeriod
            linux { resources { cpu { cpus: '0' } } }                                 | CPUSetCPUs
            linux { resources { cpu { mems: '0' } } }                                 | CPUSetMems
            linux { resources { pids { limit: 1 } } }                                 | PidsLimit
            linux { resources { hugepage_limits { page_size: '2MB' } } }              | HugepageLimits '2MB'
            linux { resources { unified { key: 'u' value: '1' } } }                   | CgroupsUnified 'u'
            """, quoteCharacter = '"')
    void twoPluginsThatSetTheSameAreInConflict(String adjustment, String part) {
        apply(A, adjustment);
        assertThatThrownBy(() -> apply(B, adjustment))
                .isInstanceOfSatisfying(Fault.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.FAILED_PRECONDITION))
                .hasMessage("cannot adjust container " + Views.ID + ": plugins 00-a and 10-b both set " + part);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            annotations { key: 'k' value: 'v' }            | annotations { key: '-k' value: '' } annotations { key: 'k' value: 'w' }
            mounts { destination: '/m' }                   | mounts { destination: '-/m' } mounts { destination: '/m' source: '/s' }
            env { key: 'E' value: 'v' }                    | env { key: '-E' } env { key: 'E' value: 'w' }
            args: 'x'                                      | args: '' args: 'y'
            linux { devices { path: '/d' type: 'c' } }     | linux { devices { path: '-/d' } devices { path: '/d' type: 'b' } }
            linux { sysctl { key: 's' value: '1' } }       | linux { sysctl { key: '-s' value: '' } sysctl { key: 's' value: '2' } }
            linux { net_devices { key: 'n' value { } } }   | linux { net_devices { key: '-n' value { } } net_devices { key: 'n' value { name: 'x' } } }
            linux { rdt { clos_id { value: 'a' } } }       | linux { rdt { remove: true clos_id { value: 'b' } } }
            """, quoteCharacter = '"')
    void whatALaterPluginTakesBackFirstItMaySet(String first, String second) {
        apply(A, first);
        apply(B, second);
        FieldOwners owners = owners();
        assertThat(owners.getSimpleMap().values()).allMatch(B::equals);
        owners.getCompoundMap()
                .values()
                .forEach(
                        keys -> assertThat(keys.getOwnersMap()).containsValue(B).doesNotContainValue(A));
        ContainerAdjustment together = validation().getAdjust();
        assertThat(together).isEqualTo(withoutMarks(second));
    }

    /** As the second plugin asked, with what it set in the place of what it took back. */
    private static ContainerAdjustment withoutMarks(String adjustment) {
        Adjusting alone = new Adjusting(Views.unmade(), List.of());
        alone.apply(response(adjustment), B);
        return alone.validation(PodSandbox.getDefaultInstance()).getAdjust();
    }

    @Test
    void whatOneTookBackAnotherMayNotSet() {
        apply(A, "env { key: 'E' value: 'v' }");
        apply(B, "env { key: '-E' }");
        assertThat(owners().getCompoundOrThrow(Field.Env_VALUE).getOwnersMap()).containsEntry("E", "-10-b");
        assertThatThrownBy(() -> apply("20-c", "env { key: 'E' value: 'w' }"))
                .hasMessageEndingWith("plugins 10-b and 20-c both set Env 'E'");
    }

    @Test
    void aPluginMayRepeatItself() {
        apply(A, "env { key: 'E' value: 'v' }");
        apply(A, "env { key: 'E' value: 'w' }");
        assertThat(process(adjusting.creation()).env()).contains("E=w").doesNotContain("E=v");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            linux { cgroups_path: '/x' }                                                | UNIMPLEMENTED    | cgroups_path
            linux { resources { blockio_class { value: 'x' } } }                        | UNIMPLEMENTED    | blockio_class
            linux { resources { rdt_class { value: 'x' } } }                            | UNIMPLEMENTED    | rdt_class
            linux { resources { memory { reservation { value: 1 } } } }                 | UNIMPLEMENTED    | memory.reservation
            linux { resources { memory { kernel { value: 1 } } } }                      | UNIMPLEMENTED    | memory.kernel
            linux { resources { memory { kernel_tcp { value: 1 } } } }                  | UNIMPLEMENTED    | memory.kernel_tcp
            linux { resources { memory { swappiness { value: 1 } } } }                  | UNIMPLEMENTED    | memory.swappiness
            linux { resources { memory { disable_oom_killer { value: true } } } }       | UNIMPLEMENTED    | memory.disable_oom_killer
            linux { resources { memory { use_hierarchy { value: false } } } }           | UNIMPLEMENTED    | memory.use_hierarchy
            linux { resources { cpu { realtime_runtime { value: 1 } } } }               | UNIMPLEMENTED    | cpu.realtime_runtime
            linux { resources { cpu { realtime_period { value: 1 } } } }                | UNIMPLEMENTED    | cpu.realtime_period
            linux { devices { path: '/dev/d' } }                                        | INVALID_ARGUMENT | there is no type of devices ''
            linux { devices { path: '/dev/d' type: 'a' } }                              | INVALID_ARGUMENT | there is no type of devices 'a'
            linux { oom_score_adj { value: 1001 } }                                     | INVALID_ARGUMENT | oom_score_adj 1001
            linux { oom_score_adj { value: -1001 } }                                    | INVALID_ARGUMENT | oom_score_adj -1001
            mounts { destination: 'relative' }                                          | INVALID_ARGUMENT | 'relative' is not an absolute path
            mounts { destination: '/a\\000b' }                                          | INVALID_ARGUMENT | is not an absolute path
            args: ''                                                                    | INVALID_ARGUMENT | there is none
            env { key: '' value: 'x' }                                                  | INVALID_ARGUMENT | that is no name
            env { key: 'A=B' value: 'x' }                                               | INVALID_ARGUMENT | that is no name
            """, quoteCharacter = '"')
    void whatCannotBeDoneIsRefusedByNameWithThePlugin(String adjustment, FaultKind kind, String reason) {
        assertThatThrownBy(() -> apply(A, adjustment))
                .isInstanceOfSatisfying(Fault.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(reason)
                .hasMessageContaining("00-a");
    }

    @Test
    void anUnknownValueOfAnEnumerationIsRefused() {
        ContainerAdjustment.Builder adjustment = ContainerAdjustment.newBuilder();
        adjustment.getLinuxBuilder().getSchedulerBuilder().setPolicyValue(99);
        CreateContainerResponse response =
                CreateContainerResponse.newBuilder().setAdjust(adjustment).build();
        assertThatThrownBy(() -> adjusting.apply(response, A))
                .hasMessage("a plugin asks for an unknown LinuxSchedulerPolicy");
    }

    @Test
    void theNextPluginSeesTheContainerAsItIsByThen() {
        apply(A, """
                annotations { key: 'first' value: 'changed' } annotations { key: '-second' value: '' }
                mounts { destination: '/m' source: '/s' } env { key: '-HOME' } args: 'x' rlimits { type: 'RLIMIT_CORE' hard: 1 }
                linux { resources { cpu { quota { value: 5 } } } oom_score_adj { value: 3 }
                        scheduler { policy: SCHED_IDLE } io_priority { class: IOPRIO_CLASS_IDLE } net_devices { key: 'n' value { name: 'm' } } }
                """);
        Container seen = adjusting.container();
        assertThat(seen.getId()).isEqualTo(Views.ID);
        assertThat(seen.getAnnotationsMap()).isEqualTo(Map.of("first", "changed"));
        assertThat(seen.getMountsList())
                .extracting(io.windlass.proto.nri.Mount::getDestination)
                .contains("/m");
        assertThat(seen.getEnvList()).containsExactly("PATH=/bin");
        assertThat(seen.getArgsList()).containsExactly("x");
        assertThat(seen.getRlimitsCount()).isEqualTo(2);
        var linux = seen.getLinux();
        assertThat(linux.getResources().getCpu().getQuota().getValue()).isEqualTo(5);
        assertThat(linux.getResources().getCpu().getShares().getValue()).isEqualTo(512);
        assertThat(linux.getOomScoreAdj().getValue()).isEqualTo(3);
        assertThat(linux.getScheduler().getPolicy()).isEqualTo(io.windlass.proto.nri.LinuxSchedulerPolicy.SCHED_IDLE);
        assertThat(linux.getNetDevicesOrThrow("n").getName()).isEqualTo("m");
    }

    @Test
    void validatorsSeeTheContainerAsItWasAndTheAdjustmentsAsOne() {
        apply(A, "env { key: 'E' value: 'v' } args: 'x' linux { resources { cpu { shares { value: 3 } } } }");
        apply(B, "env { key: 'F' value: 'v' } args: '' args: 'y' linux { resources { cpu { quota { value: 4 } } } }");
        ValidateContainerAdjustmentRequest request = validation();
        assertThat(request.getContainer().getArgsList()).containsExactly("sh", "-c", "true");
        assertThat(request.getPluginsList()).extracting(PluginInstance::getName).containsExactly("a");
        assertThat(request.getAdjust())
                .isEqualTo(Views.text("""
                        env { key: 'E' value: 'v' } env { key: 'F' value: 'v' } args: 'y'
                        linux { resources { cpu { shares { value: 3 } quota { value: 4 } } } }
                        """, ContainerAdjustment.newBuilder()).build());
        FieldOwners owners = owners();
        assertThat(owners.getSimpleMap())
                .isEqualTo(Map.of(Field.Args_VALUE, B, Field.CPUShares_VALUE, A, Field.CPUQuota_VALUE, B));
        assertThat(owners.getCompoundOrThrow(Field.Env_VALUE).getOwnersMap()).isEqualTo(Map.of("E", A, "F", B));
    }

    @Test
    void updatesOfOthersAreHandedOn() {
        CreateContainerResponse response =
                Views.text("""
                update { container_id: 'other' linux { resources { cpu { shares { value: 3 } } } } }
                """, CreateContainerResponse.newBuilder()).build();
        adjusting.apply(response, A);
        assertThat(adjusting.creation().changes()).singleElement().satisfies(change -> {
            assertThat(change.containerId()).isEqualTo("other");
            assertThat(Objects.requireNonNull(change.resources().cpu()).shares())
                    .isEqualTo(3);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theContainerThatIsBeingMadeCannotBeUpdated(boolean ignoreFailure) {
        CreateContainerResponse response = Views.text(
                        "update { container_id: '%s' ignore_failure: %s }".formatted(Views.ID, ignoreFailure),
                        CreateContainerResponse.newBuilder())
                .build();
        if (ignoreFailure) {
            adjusting.apply(response, A);
            assertThat(adjusting.creation().changes()).isEmpty();
        } else {
            assertThatThrownBy(() -> adjusting.apply(response, A))
                    .hasMessage("plugin 00-a asks to update container %s, which is only being made: adjust it"
                            .formatted(Views.ID));
        }
    }

    private Creation after(String adjustment) {
        apply(A, adjustment);
        return adjusting.creation();
    }

    private void apply(String plugin, String adjustment) {
        adjusting.apply(response(adjustment), plugin);
    }

    private static CreateContainerResponse response(String adjustment) {
        return CreateContainerResponse.newBuilder()
                .setAdjust(Views.text(adjustment, ContainerAdjustment.newBuilder()))
                .build();
    }

    private ValidateContainerAdjustmentRequest validation() {
        return adjusting.validation(PodSandbox.getDefaultInstance());
    }

    private FieldOwners owners() {
        return validation().getOwners().getOwnersOrThrow(Views.ID);
    }

    private static Process process(Creation creation) {
        return Objects.requireNonNull(creation.spec().process());
    }

    private static Linux linux(Creation creation) {
        Spec spec = creation.spec();
        return Objects.requireNonNull(spec.linux());
    }

    private static Resources resources(Linux linux) {
        return Objects.requireNonNull(linux.resources());
    }
}
