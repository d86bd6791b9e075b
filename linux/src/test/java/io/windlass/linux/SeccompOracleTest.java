package io.windlass.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.windlass.linux.seccomp.ArgumentCondition;
import io.windlass.linux.seccomp.ArgumentCondition.Operator;
import io.windlass.linux.seccomp.BpfInterpreter;
import io.windlass.linux.seccomp.SeccompAction;
import io.windlass.linux.seccomp.SeccompArchitecture;
import io.windlass.linux.seccomp.SeccompFilter;
import io.windlass.linux.seccomp.SeccompPolicies;
import io.windlass.linux.seccomp.SeccompPolicy;
import io.windlass.linux.seccomp.SyscallRule;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our filters decide as libseccomp's own do, for every number, at the boundaries of arguments, and for other architectures. */
class SeccompOracleTest {
    private static final int[] ARCHITECTURES = {0xC000003E, 0x40000003, 0xC00000B7, 0x40000028, 0, -1};

    /** Of x86: socketcall(2) and ipc(2). */
    private static final Set<Integer> MULTIPLEXERS = Set.of(102, 117);

    private static final int[] NUMBERS = numbers();
    private static final List<Operator> OPERATORS = List.of(Operator.values());

    private final Arena arena = Arena.ofConfined();
    private @Nullable LibSeccomp loaded;

    @BeforeEach
    void loadLibrary() {
        Optional<LibSeccomp> found = LibSeccomp.load(arena);
        assumeTrue(found.isPresent(), "libseccomp.so.2 is not installed (Debian: libseccomp2)");
        assumeTrue(Architecture.current() == Architecture.X86_64, "the tables compared are those of x86_64");
        loaded = found.orElseThrow();
    }

    private LibSeccomp library() {
        return Objects.requireNonNull(loaded);
    }

    @AfterEach
    void unloadLibrary() {
        arena.close();
    }

    @Test
    void agrees_on_the_default_policy_without_capabilities() throws Throwable {
        compare(SeccompPolicies.runtimeDefault(), Set.of());
    }

    @Test
    void agrees_on_the_default_policy_with_all_capabilities() throws Throwable {
        compare(SeccompPolicies.runtimeDefault(), EnumSet.allOf(Capability.class));
    }

    @ParameterizedTest
    @EnumSource(
            value = Capability.class,
            names = {"SYS_ADMIN", "SYS_PTRACE", "SYS_TIME", "SYS_MODULE", "DAC_READ_SEARCH", "SYSLOG", "BPF"})
    void agrees_on_the_default_policy_with_one_capability(Capability capability) throws Throwable {
        compare(SeccompPolicies.runtimeDefault(), Set.of(capability));
    }

    @Test
    void agrees_on_the_default_policy_for_this_architecture_alone() throws Throwable {
        SeccompPolicy policy = SeccompPolicies.runtimeDefault();
        compare(new SeccompPolicy(policy.defaultAction(), List.of(), policy.rules()), Set.of());
    }

    @ParameterizedTest
    @EnumSource(Operator.class)
    void agrees_on_every_comparison_with_words_in_both_halves(Operator operator) throws Throwable {
        for (long value :
                new long[] {0, 1, 0x80000000L, 0xffffffffL, 0x100000000L, 0x7_00000005L, -1, Long.MIN_VALUE}) {
            long two = operator == Operator.MASKED_EQ ? value & 0x7fffffff0000ffffL : 0;
            SyscallRule rule = SyscallRule.of(
                    List.of("ioctl"), SeccompAction.ALLOW, new ArgumentCondition(1, operator, value, two));
            compare(new SeccompPolicy(SeccompAction.errno(1), List.of(), List.of(rule)), Set.of());
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void agrees_on_policies_made_at_random(long seed) throws Throwable {
        Random random = new Random(seed);
        List<String> names = new ArrayList<>(List.of(
                "read", "ioctl", "prctl", "keyctl", "mount", "clone", "fcntl", "kexec_load", "mq_open", "exit"));
        List<SyscallRule> rules = new ArrayList<>();
        for (String name : names) {
            SeccompAction action = random.nextBoolean() ? SeccompAction.ALLOW : SeccompAction.KILL_THREAD;
            List<ArgumentCondition> conditions = new ArrayList<>();
            for (int index = 0; index < random.nextInt(4); index++) {
                Operator operator = OPERATORS.get(random.nextInt(OPERATORS.size()));
                long value = random.nextLong() >>> random.nextInt(64);
                conditions.add(new ArgumentCondition(
                        index, operator, value, operator == Operator.MASKED_EQ ? value & random.nextLong() : 0));
            }
            rules.add(SyscallRule.of(List.of(name), action, conditions.toArray(ArgumentCondition[]::new)));
        }
        SeccompAction otherwise = new SeccompAction(SeccompAction.Kind.LOG, 0);
        compare(new SeccompPolicy(otherwise, List.of(SeccompArchitecture.X32), rules), Set.of());
    }

    @Test
    void agrees_on_calls_that_32_bit_programs_may_make_through_a_multiplexer() throws Throwable {
        List<SyscallRule> rules = List.of(
                SyscallRule.of(List.of("connect", "accept4", "semop", "shmat"), SeccompAction.ALLOW),
                SyscallRule.of(List.of("socket"), SeccompAction.ALLOW, new ArgumentCondition(0, Operator.EQ, 2, 0)));
        compare(new SeccompPolicy(SeccompAction.errno(1), List.of(SeccompArchitecture.X86), rules), Set.of());
    }

    @Test
    void agrees_on_a_policy_so_large_that_jumps_need_to_be_long() throws Throwable {
        List<SyscallRule> rules = new ArrayList<>();
        for (int value = 0; value < 200; value++) {
            rules.add(SyscallRule.of(
                    List.of("socket"),
                    SeccompAction.ALLOW,
                    new ArgumentCondition(0, Operator.EQ, value * 3L, 0),
                    new ArgumentCondition(1, Operator.EQ, value, 0)));
        }
        rules.add(SyscallRule.of(List.of("read", "write", "close", "kexec_load"), SeccompAction.ALLOW));
        compare(new SeccompPolicy(SeccompAction.errno(38), List.of(), rules), Set.of());
    }

    private void compare(SeccompPolicy policy, Set<Capability> capabilities) throws Throwable {
        SeccompPolicy known = withoutCallsNewerThanTheLibrary(policy);
        BpfInterpreter ours = new BpfInterpreter(
                SeccompFilter.compile(known, capabilities, Architecture.X86_64).bytes());
        BpfInterpreter theirs = new BpfInterpreter(libraryFilter(known, capabilities));
        List<String> differences = new ArrayList<>();
        List<long[]> all = arguments(known);
        Set<Integer> conditional = numbersWithConditions(known);
        for (int architecture : ARCHITECTURES) {
            boolean known32 = architecture == LibSeccomp.ARCH_X86;
            for (int number : NUMBERS) {
                for (long[] arguments : conditional.contains(number) ? all : all.subList(0, 1)) {
                    if (known32 && (arguments[0] | arguments[1] | arguments[2] | arguments[3]) >>> 32 != 0) {
                        // The registers of a 32-bit call have no upper halves.
                        continue;
                    }
                    int mine = ours.run(number, architecture, arguments);
                    int oracle = theirs.run(number, architecture, arguments);
                    if (mine != oracle) {
                        differences.add("call %d of %x with %s: %x, libseccomp: %x"
                                .formatted(number, architecture, Arrays.toString(arguments), mine, oracle));
                    }
                }
            }
        }
        assertThat(differences.stream().limit(20)).isEmpty();
    }

    private Set<Integer> numbersWithConditions(SeccompPolicy policy) throws Throwable {
        Set<Integer> numbers = new HashSet<>();
        for (SyscallRule rule : policy.rules()) {
            for (String name : rule.arguments().isEmpty() ? List.<String>of() : rule.names()) {
                numbers.addAll(library().numbers(name));
            }
        }
        numbers.addAll(MULTIPLEXERS);
        return numbers;
    }

    private static int[] numbers() {
        return Stream.of(
                        IntStream.rangeClosed(0, 1000).toArray(),
                        IntStream.rangeClosed(0x3ffffff0, 0x40000000 + 1000).toArray(),
                        new int[] {-1, -2, 0x7fffffff, 0x80000000})
                .flatMapToInt(IntStream::of)
                .toArray();
    }

    /** For each condition the numbers around its value, in its argument, and with a bit in the other half. */
    private static List<long[]> arguments(SeccompPolicy policy) {
        List<long[]> all = new ArrayList<>();
        for (int subcall = 0; subcall < 30; subcall++) {
            all.add(new long[] {subcall, 0, 0, 0, 0, 0});
        }
        Set<List<Long>> seen = new HashSet<>();
        for (SyscallRule rule : policy.rules()) {
            for (ArgumentCondition condition : rule.arguments()) {
                for (long value : new long[] {condition.value(), condition.valueTwo()}) {
                    for (long tried : new long[] {
                        value - 1, value, value + 1, value ^ 1L << 32, value ^ 1L << 31, value ^ 1L << 63, ~value
                    }) {
                        // The other arguments as the rule wants them, so that it is this one that decides.
                        long[] arguments = new long[6];
                        rule.arguments().forEach(other -> arguments[other.index()] = wanted(other));
                        arguments[condition.index()] = tried;
                        if (seen.add(LongStream.of(arguments).boxed().toList())) {
                            all.add(arguments);
                        }
                    }
                }
            }
        }
        return all;
    }

    private static long wanted(ArgumentCondition condition) {
        return switch (condition.operator()) {
            case EQ, LE, GE -> condition.value();
            case NE, GT -> condition.value() + 1;
            case LT -> condition.value() - 1;
            case MASKED_EQ -> condition.valueTwo();
        };
    }

    private byte[] libraryFilter(SeccompPolicy policy, Set<Capability> capabilities) throws Throwable {
        MemorySegment filter = library().open(returnValue(policy.defaultAction()));
        for (SeccompArchitecture architecture : policy.architectures()) {
            if (architecture == SeccompArchitecture.X86) {
                library().addArchitecture(filter, LibSeccomp.ARCH_X86);
            } else if (architecture == SeccompArchitecture.X32) {
                library().addArchitecture(filter, LibSeccomp.ARCH_X32);
            }
        }
        for (SyscallRule rule : policy.rules()) {
            if (counts(rule, capabilities) && !rule.action().equals(policy.defaultAction())) {
                for (String name : rule.names()) {
                    int number = library().resolve(name);
                    if (number != -1) {
                        library().addRule(filter, returnValue(rule.action()), number, rule.arguments());
                    }
                }
            }
        }
        return library().export(filter);
    }

    /** Rules by capability; the machine and the kernel of this test satisfy all others of the default policy. */
    private static boolean counts(SyscallRule rule, Set<Capability> capabilities) {
        return capabilities.containsAll(rule.includes().capabilities())
                && Collections.disjoint(capabilities, rule.excludes().capabilities());
    }

    private static int returnValue(SeccompAction action) {
        return switch (action.kind()) {
            case ALLOW -> 0x7fff0000;
            case LOG -> 0x7ffc0000;
            case TRACE -> 0x7ff00000 | action.data();
            case ERRNO -> 0x00050000 | action.data();
            case TRAP -> 0x00030000;
            case KILL_THREAD -> 0;
            case KILL_PROCESS -> 0x80000000;
        };
    }

    private SeccompPolicy withoutCallsNewerThanTheLibrary(SeccompPolicy policy) throws Throwable {
        List<SyscallRule> rules = new ArrayList<>();
        for (SyscallRule rule : policy.rules()) {
            List<String> names = new ArrayList<>();
            for (String name : rule.names()) {
                if (library().resolve(name) != -1) {
                    names.add(name);
                }
            }
            rules.add(new SyscallRule(names, rule.action(), rule.arguments(), rule.includes(), rule.excludes()));
        }
        return new SeccompPolicy(policy.defaultAction(), policy.architectures(), rules);
    }
}
