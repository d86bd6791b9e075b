package io.windlass.systemd.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class SystemdUnitsTest {
    @TempDir
    private Path folder;

    private FakeSystemd systemd;
    private SystemdUnits manager;

    @BeforeEach
    void listen() throws IOException {
        systemd = FakeSystemd.listen(folder.resolve("private"));
        manager = new SystemdUnits(new SystemdUnits.Sockets(folder.resolve("private"), folder.resolve("no-bus")), 10);
    }

    @AfterEach
    void close() {
        manager.close();
        systemd.close();
    }

    @Test
    void itAuthenticatesAsItsUser() {
        manager.start("a.slice");

        assertThat(systemd.greetings()).containsExactly("\0AUTH EXTERNAL 3130\r\n", "BEGIN\r\n");
    }

    @Test
    void aTransientUnitIsStartedWithItsProperties() {
        BitSet cpus = new BitSet();
        cpus.set(0);
        cpus.set(9);

        manager.startTransient(
                "a.scope",
                List.of(
                        UnitProperty.text("Slice", "b.slice"),
                        UnitProperty.process("PIDs", 4_000_000_000L),
                        UnitProperty.flag("Delegate", true),
                        UnitProperty.number("MemoryMax", UnitProperty.INFINITY),
                        UnitProperty.members("AllowedCPUs", cpus)));

        assertThat(systemd.calls())
                .containsExactly(
                        "StartTransientUnit a.scope",
                        "mode=fail",
                        "Slice=b.slice",
                        "PIDs=4000000000",
                        "Delegate=true",
                        "MemoryMax=18446744073709551615",
                        "AllowedCPUs=1,2");
        assertThat(systemd.units()).containsExactly("a.scope");
    }

    @Test
    void propertiesAreSetUntilTheUnitEnds() {
        manager.set("a.scope", List.of(UnitProperty.number("TasksMax", 7)));

        assertThat(systemd.calls()).containsExactly("SetUnitProperties a.scope", "runtime=true", "TasksMax=7");
    }

    @Test
    void aJobThatFailsIsAFault() {
        systemd.endNextJobAs("dependency");

        assertThatThrownBy(() -> manager.start("a.slice"))
                .isInstanceOf(Fault.class)
                .hasMessage("systemd cannot start a.slice: its job ended as dependency");
    }

    @Test
    void aRefusalNamesTheUnitAndTheReason() {
        systemd.refuseNext("org.freedesktop.DBus.Error.InvalidArgs");

        assertThatThrownBy(() -> manager.set("a.scope", List.of(UnitProperty.number("TasksMax", 7))))
                .isInstanceOfSatisfying(Fault.class, fault -> {
                    assertThat(fault.kind()).isEqualTo(FaultKind.INVALID_ARGUMENT);
                    assertThat(fault)
                            .hasMessage("systemd cannot set [TasksMax=7] of a.scope: not today "
                                    + "(org.freedesktop.DBus.Error.InvalidArgs)");
                });
    }

    @Test
    void aUnitThatIsNotThereIsStoppedAlready() {
        manager.stop("a.scope");

        assertThat(systemd.calls()).containsExactly("StopUnit a.scope");
    }

    @Test
    void aFailureOfAStoppedUnitIsForgotten() {
        manager.start("a.slice");
        manager.stop("a.slice");

        assertThat(systemd.calls()).containsExactly("StartUnit a.slice", "StopUnit a.slice", "ResetFailedUnit a.slice");
        assertThat(systemd.units()).isEmpty();
    }

    /** systemd re-executes itself, and its connections end: what it has done meanwhile is not known. */
    @Test
    void anOperationThatWasCutOffIsDoneAgainOnANewConnection() {
        systemd.hangUpAfterTheNextCall();

        manager.startTransient("a.scope", List.of(UnitProperty.process("PIDs", 2)));

        assertThat(systemd.calls().stream().filter("StartTransientUnit a.scope"::equals))
                .hasSize(2);
        manager.set("a.scope", List.of(UnitProperty.number("TasksMax", 7)));
    }

    @Test
    void aUnitThatWasThereBeforeIsARefusal() {
        manager.start("a.scope");

        assertThatThrownBy(() -> manager.startTransient("a.scope", List.of()))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.ALREADY_EXISTS));
    }

    @Test
    void overABusItSubscribes() throws IOException {
        try (FakeSystemd bus = FakeSystemd.listen(folder.resolve("bus"));
                SystemdUnits overBus =
                        new SystemdUnits(new SystemdUnits.Sockets(folder.resolve("none"), folder.resolve("bus")), 0)) {
            overBus.start("a.slice");

            assertThat(bus.calls())
                    .containsExactly(
                            "Hello",
                            "AddMatch type='signal',sender='org.freedesktop.systemd1',"
                                    + "interface='org.freedesktop.systemd1.Manager',member='JobRemoved'",
                            "Subscribe",
                            "StartUnit a.slice");
        }
    }

    @Test
    void withoutSystemdTheFaultNamesTheKeyToSet() {
        try (SystemdUnits lost =
                new SystemdUnits(new SystemdUnits.Sockets(folder.resolve("none"), folder.resolve("no-bus")), 0)) {
            assertThatThrownBy(lost::connect)
                    .isInstanceOf(Fault.class)
                    .hasMessageContaining("cannot reach systemd at " + folder.resolve("none"))
                    .hasMessageEndingWith("; without systemd set [cgroup] driver = \"cgroupfs\"");
        }
    }
}
