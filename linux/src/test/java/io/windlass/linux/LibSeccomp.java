package io.windlass.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.windlass.linux.seccomp.ArgumentCondition;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The library that other runtimes compile their filters with: the oracle for ours. */
final class LibSeccomp {
    static final int ARCH_X86_64 = 0xC000003E;
    static final int ARCH_X86 = 0x40000003;
    static final int ARCH_X32 = 0x4000003E;

    private final SymbolLookup library;
    private final Arena arena;

    private LibSeccomp(SymbolLookup library, Arena arena) {
        this.library = library;
        this.arena = arena;
    }

    /** The library, if this machine has it. */
    static Optional<LibSeccomp> load(Arena arena) {
        try {
            return Optional.of(new LibSeccomp(SymbolLookup.libraryLookup("libseccomp.so.2", arena), arena));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private MethodHandle function(String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), descriptor);
    }

    /** The number of a call on this machine, a negative stand-in for one that only other machines have, or -1. */
    int resolve(String name) throws Throwable {
        return (int) function("seccomp_syscall_resolve_name", FunctionDescriptor.of(JAVA_INT, ADDRESS))
                .invokeExact(arena.allocateFrom(name));
    }

    /** The numbers of a call by the conventions of x86_64, x32 and x86 (socket(2) got a number of its own there late). */
    Set<Integer> numbers(String name) throws Throwable {
        MethodHandle resolve =
                function("seccomp_syscall_resolve_name_arch", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
        Set<Integer> numbers = new HashSet<>(name.equals("socket") ? Set.of(359) : Set.of());
        for (int architecture : new int[] {ARCH_X86_64, ARCH_X32, ARCH_X86}) {
            numbers.add((int) resolve.invokeExact(architecture, arena.allocateFrom(name)));
        }
        return numbers;
    }

    MemorySegment open(int defaultAction) throws Throwable {
        return (MemorySegment) function("seccomp_init", FunctionDescriptor.of(ADDRESS, JAVA_INT))
                .invokeExact(defaultAction);
    }

    void addArchitecture(MemorySegment filter, int token) throws Throwable {
        check("seccomp_arch_add", (int) function("seccomp_arch_add", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT))
                .invokeExact(filter, token));
    }

    void addRule(MemorySegment filter, int action, int number, List<ArgumentCondition> conditions) throws Throwable {
        MemorySegment comparisons = arena.allocate(Math.max(1, conditions.size()) * 24L, 8);
        for (int i = 0; i < conditions.size(); i++) {
            ArgumentCondition condition = conditions.get(i);
            comparisons.set(JAVA_INT, i * 24L, condition.index());
            comparisons.set(
                    JAVA_INT,
                    i * 24L + 4,
                    List.of(ArgumentCondition.Operator.values()).indexOf(condition.operator()) + 1);
            comparisons.set(JAVA_LONG, i * 24L + 8, condition.value());
            comparisons.set(JAVA_LONG, i * 24L + 16, condition.valueTwo());
        }
        MethodHandle add = function(
                "seccomp_rule_add_array",
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
        check("seccomp_rule_add_array of " + number + conditions, (int)
                add.invokeExact(filter, action, number, conditions.size(), comparisons));
    }

    /** The program, and the end of the filter. */
    byte[] export(MemorySegment filter) throws Throwable {
        Path file = Files.createTempFile("windlass", ".bpf");
        try (Fd out = new Kernel().open(file, OpenFlags.WRITE_ONLY, 0)) {
            check("seccomp_export_bpf", (int)
                    function("seccomp_export_bpf", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT))
                            .invokeExact(filter, out.number()));
            function("seccomp_release", FunctionDescriptor.ofVoid(ADDRESS)).invokeExact(filter);
            return Files.readAllBytes(file);
        } finally {
            Files.delete(file);
        }
    }

    private static void check(String call, int result) {
        if (result != 0) {
            throw new AssertionError(call + " answered " + result);
        }
    }
}
