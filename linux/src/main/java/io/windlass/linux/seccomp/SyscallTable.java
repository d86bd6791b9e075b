package io.windlass.linux.seccomp;

import io.windlass.fault.Fault;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/** Numbers of system calls by name; made by src/main/scripts/syscall-tables.py. */
final class SyscallTable {
    private static final Map<SeccompArchitecture, SyscallTable> TABLES = new EnumMap<>(SeccompArchitecture.class);

    private final Map<String, Integer> numbers;

    private SyscallTable(Map<String, Integer> numbers) {
        this.numbers = numbers;
    }

    static synchronized SyscallTable of(SeccompArchitecture architecture) {
        return TABLES.computeIfAbsent(architecture, SyscallTable::read);
    }

    /** The number as the filter sees it, X32's bit included. */
    OptionalInt number(String name) {
        Integer number = numbers.get(name);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    private static SyscallTable read(SeccompArchitecture architecture) {
        String resource = "syscalls-" + architecture.table() + ".txt";
        Map<String, Integer> numbers = new HashMap<>();
        try (InputStream stream = SyscallTable.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw Fault.internal("cannot read the system call table " + resource + ": it is not in the jar", null);
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
            for (String line : lines.readAllLines()) {
                int space = line.indexOf(' ');
                int number = Integer.parseInt(line.substring(0, space)) | architecture.numberOffset();
                numbers.put(line.substring(space + 1), number);
            }
        } catch (IOException e) {
            throw Fault.internal("cannot read the system call table " + resource + ": " + e.getMessage(), e);
        }
        return new SyscallTable(numbers);
    }
}
