package io.windlass.linux.seccomp;

import io.windlass.linux.seccomp.ArgumentCondition.Operator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The calls of x86 that stand for many: socketcall(2) and ipc(2), whose first argument says which is meant.
 *
 * <p>A rule on one of those meant covers this way to it too. The arguments are in memory then, where a filter cannot look, so
 * that a condition on the first one is lost, as it is with libseccomp.
 *
 * @param call socketcall or ipc
 * @param subcall the first argument
 */
record Multiplexer(String call, int subcall) {
    private static final String[] SOCKETCALLS = {
        "socket",
        "bind",
        "connect",
        "listen",
        "accept",
        "getsockname",
        "getpeername",
        "socketpair",
        "send",
        "recv",
        "sendto",
        "recvfrom",
        "shutdown",
        "setsockopt",
        "getsockopt",
        "sendmsg",
        "recvmsg",
        "accept4",
        "recvmmsg",
        "sendmmsg"
    };
    private static final Map<String, Multiplexer> BY_NAME = byName();

    static Optional<Multiplexer> of(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** The rule as it reads for the multiplexer. */
    SyscallRule through(SyscallRule rule) {
        List<ArgumentCondition> conditions = new ArrayList<>();
        conditions.add(new ArgumentCondition(0, Operator.EQ, subcall, 0));
        rule.arguments().stream().filter(condition -> condition.index() != 0).forEach(conditions::add);
        return new SyscallRule(List.of(call), rule.action(), conditions, rule.includes(), rule.excludes());
    }

    private static Map<String, Multiplexer> byName() {
        Map<String, Multiplexer> map = new HashMap<>();
        for (int i = 0; i < SOCKETCALLS.length; i++) {
            map.put(SOCKETCALLS[i], new Multiplexer("socketcall", i + 1));
        }
        ipc(map, 1, "semop", "semget", "semctl", "semtimedop");
        ipc(map, 11, "msgsnd", "msgrcv", "msgget", "msgctl");
        ipc(map, 21, "shmat", "shmdt", "shmget", "shmctl");
        return Map.copyOf(map);
    }

    private static void ipc(Map<String, Multiplexer> map, int first, String... names) {
        for (int i = 0; i < names.length; i++) {
            map.put(names[i], new Multiplexer("ipc", first + i));
        }
    }
}
