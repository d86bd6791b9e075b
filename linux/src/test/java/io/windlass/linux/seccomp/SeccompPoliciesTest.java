package io.windlass.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.linux.Architecture;
import io.windlass.linux.Capability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeccompPoliciesTest {
    private static final int X86_64 = 0xC000003E;
    private static final int AARCH64 = 0xC00000B7;
    private static final int ALLOW = 0x7fff0000;
    private static final int EPERM = 0x00050001;
    private static final int ENOSYS = 0x00050026;

    @TempDir
    Path folder;

    private SeccompPolicy parse(String json) throws IOException {
        return SeccompPolicies.parse(Files.writeString(folder.resolve("p.json"), json.replace('\'', '"')));
    }

    private static BpfInterpreter filter(Set<Capability> capabilities, Architecture machine) {
        return new BpfInterpreter(SeccompFilter.compile(SeccompPolicies.runtimeDefault(), capabilities, machine)
                .bytes());
    }

    @Test
    void decides_a_call_by_few_instructions() {
        BpfInterpreter filter = filter(Set.of(), Architecture.X86_64);
        int most = 0;
        for (int number = 0; number < 500; number++) {
            filter.run(number, X86_64);
            most = Math.max(most, filter.executed());
        }
        assertThat(most).isLessThan(25);
        assertThat(SeccompFilter.compile(SeccompPolicies.runtimeDefault(), Set.of(), Architecture.X86_64)
                        .length())
                .isLessThan(1000);
    }

    @ParameterizedTest
    @CsvSource({"462, mseal", "463, setxattrat", "457, statmount"})
    void allows_calls_that_are_newer_than_libseccomp(int number, String name) {
        assertThat(SyscallTable.of(SeccompArchitecture.X86_64).number(name)).hasValue(number);
        assertThat(filter(Set.of(), Architecture.X86_64).run(number, X86_64)).isEqualTo(ALLOW);
    }

    @Test
    void makes_namespaces_depend_on_a_capability_on_both_machines() {
        for (Architecture machine : Architecture.values()) {
            boolean arm = machine == Architecture.AARCH64;
            int audit = arm ? AARCH64 : X86_64;
            int clone = arm ? 220 : 56;
            BpfInterpreter without = filter(Set.of(), machine);
            assertThat(without.run(clone, audit, 0x11)).isEqualTo(ALLOW);
            assertThat(without.run(clone, audit, 0x10000000)).isEqualTo(EPERM);
            assertThat(without.run(435, audit)).isEqualTo(ENOSYS);
            BpfInterpreter with = filter(EnumSet.of(Capability.SYS_ADMIN), machine);
            assertThat(with.run(clone, audit, 0x10000000)).isEqualTo(ALLOW);
            assertThat(with.run(435, audit)).isEqualTo(ALLOW);
            assertThat(without.run(0, arm ? X86_64 : AARCH64)).isZero();
        }
    }

    @Test
    void compiles_an_equal_policy_once() {
        SeccompFilter first = SeccompFilter.compile(SeccompPolicies.runtimeDefault(), Set.of(), Architecture.X86_64);
        assertThat(SeccompFilter.compile(SeccompPolicies.runtimeDefault(), Set.of(), Architecture.X86_64))
                .isSameAs(first);
        assertThat(SeccompFilter.compile(
                        SeccompPolicies.runtimeDefault(), Set.of(Capability.SYS_TIME), Architecture.X86_64))
                .isNotEqualTo(first);
    }

    @Test
    void reads_profiles_of_the_runtime_specification() throws IOException {
        SeccompPolicy policy = parse("""
                {'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': ['SCMP_ARCH_X86_64', 'SCMP_ARCH_MIPS'],
                 'syscalls': [{'names': ['chmod'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 99,
                               'args': [{'index': 1, 'value': 18446744073709551615, 'op': 'SCMP_CMP_EQ'}]}]}""");
        assertThat(policy.architectures()).containsExactly(SeccompArchitecture.X86_64);
        BpfInterpreter filter = new BpfInterpreter(
                SeccompFilter.compile(policy, Set.of(), Architecture.X86_64).bytes());
        assertThat(filter.run(90, X86_64, 0, -1)).isEqualTo(0x00050000 | 99);
        assertThat(filter.run(90, X86_64, 0, 0xffffffffL)).isEqualTo(ALLOW);
    }

    @Test
    void reads_the_names_of_errors() throws IOException {
        SeccompPolicy policy = parse("""
                {'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': 'ENOSYS',
                 'syscalls': [{'name': 'chmod', 'action': 'SCMP_ACT_ERRNO', 'errno': 'EINVAL', 'errnoRet': 22}]}""");
        assertThat(policy.defaultAction()).isEqualTo(SeccompAction.errno(38));
        assertThat(policy.rules().getFirst().action()).isEqualTo(SeccompAction.errno(22));
    }

    @Test
    void takes_conditions_on_the_same_argument_as_alternatives() throws IOException {
        SeccompPolicy policy = parse("""
                {'defaultAction': 'SCMP_ACT_KILL_PROCESS',
                 'syscalls': [{'names': ['personality'], 'action': 'SCMP_ACT_ALLOW',
                               'args': [{'index': 0, 'value': 1, 'op': 'SCMP_CMP_EQ'},
                                        {'index': 0, 'value': 8, 'op': 'SCMP_CMP_EQ'}]}]}""");
        BpfInterpreter filter = new BpfInterpreter(
                SeccompFilter.compile(policy, Set.of(), Architecture.X86_64).bytes());
        assertThat(filter.run(135, X86_64, 1)).isEqualTo(ALLOW);
        assertThat(filter.run(135, X86_64, 8)).isEqualTo(ALLOW);
        assertThat(filter.run(135, X86_64, 9)).isEqualTo(0x80000000);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{ | it is not JSON",
                "{} | 'defaultAction' is missing or not text",
                "{'defaultAction': 'SCMP_ACT_NOTIFY'} | SCMP_ACT_NOTIFY: this runtime has no listener",
                "{'defaultAction': 'SCMP_ACT_MAYBE'} | 'SCMP_ACT_MAYBE': there is none of that name",
                "{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': 'EODD'} | 'EODD' is not the name of an error",
                "{'defaultAction': 'SCMP_ACT_KILL', 'sycalls': []} | 'sycalls' is not a key of the profile",
                "{'defaultAction': 'SCMP_ACT_KILL', 'syscalls': [{'action': 'SCMP_ACT_ALLOW'}]} | names no system call",
                "{'defaultAction': 'SCMP_ACT_KILL', 'flags': ['SECCOMP_FILTER_FLAG_LOG']} | flags are not supported"
            })
    void refuses_what_it_does_not_understand(String json, String reason) {
        assertThatThrownBy(() -> parse(json))
                .isInstanceOf(Fault.class)
                .hasMessageStartingWith("cannot read seccomp profile " + folder.resolve("p.json"))
                .hasMessageContaining(reason);
    }

    @Test
    void says_when_there_is_no_profile() {
        assertThatThrownBy(() -> SeccompPolicies.parse(folder.resolve("none.json")))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.NOT_FOUND));
    }
}
