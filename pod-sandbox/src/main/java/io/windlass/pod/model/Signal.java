package io.windlass.pod.model;

import io.windlass.fault.Fault;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A signal by number and name, for example 15 and SIGTERM. */
public record Signal(int number, String name) {
    public static final Signal TERM = new Signal(15, "SIGTERM");
    public static final Signal KILL = new Signal(9, "SIGKILL");

    private static final int REALTIME_FIRST = 34;
    private static final int REALTIME_LAST = 64;
    private static final List<String> NAMES = List.of(
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS");
    private static final Map<String, String> SYNONYMS =
            Map.of("CLD", "CHLD", "IOT", "ABRT", "POLL", "IO", "UNUSED", "SYS");

    /**
     * Reads a signal as images and the wire format write it: "15", "TERM", "SIGTERM", "SIGRTMIN+3", "SIGRTMINPLUS3".
     *
     * @throws Fault INVALID_ARGUMENT for a name that Linux does not know
     */
    public static Signal parse(String text) {
        String upper = text.strip().toUpperCase(Locale.ROOT);
        if (!upper.isEmpty() && upper.length() < 4 && upper.chars().allMatch(Character::isDigit)) {
            return ofNumber(Integer.parseInt(upper), text);
        }
        String bare = upper.startsWith("SIG") ? upper.substring(3) : upper;
        bare = SYNONYMS.getOrDefault(bare, bare);
        int index = NAMES.indexOf(bare);
        return ofNumber(index >= 0 ? index + 1 : realtime(bare), text);
    }

    private static int realtime(String bare) {
        String plain = bare.replace("PLUS", "+").replace("MINUS", "-");
        try {
            if (plain.startsWith("RTMIN")) {
                return REALTIME_FIRST + (plain.length() == 5 ? 0 : Integer.parseInt(plain.substring(5)));
            }
            if (plain.startsWith("RTMAX")) {
                return REALTIME_LAST + (plain.length() == 5 ? 0 : Integer.parseInt(plain.substring(5)));
            }
        } catch (NumberFormatException e) {
            return -1;
        }
        return -1;
    }

    private static Signal ofNumber(int number, String text) {
        if (number >= 1 && number <= NAMES.size()) {
            return new Signal(number, "SIG" + NAMES.get(number - 1));
        }
        if (number < REALTIME_FIRST || number > REALTIME_LAST) {
            throw Fault.invalid("cannot take '" + text + "' as a signal: Linux has none of that name or number");
        }
        int fromMinimum = number - REALTIME_FIRST;
        int fromMaximum = REALTIME_LAST - number;
        if (fromMinimum <= fromMaximum) {
            return new Signal(number, "SIGRTMIN" + (fromMinimum == 0 ? "" : "+" + fromMinimum));
        }
        return new Signal(number, "SIGRTMAX" + (fromMaximum == 0 ? "" : "-" + fromMaximum));
    }

    /** The name as the wire format's enumeration has it after its prefix: SIGTERM, SIGRTMINPLUS3. */
    public String wireName() {
        return name.replace("+", "PLUS").replace("-", "MINUS");
    }
}
