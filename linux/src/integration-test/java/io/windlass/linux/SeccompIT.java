package io.windlass.linux;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.linux.seccomp.SeccompFilter;
import io.windlass.linux.seccomp.SeccompPolicies;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** The kernel takes our filters, on a thread that ends with the test. */
class SeccompIT {
    private static final int PR_SET_SECCOMP = 22;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int SECCOMP_MODE_FILTER = 2;

    private final Syscalls kernel = new Kernel();

    @Test
    void the_default_policy_refuses_a_mount_and_allows_a_pipe() throws Exception {
        FutureTask<Void> work = new FutureTask<>(() -> {
            install(SeccompFilter.compile(SeccompPolicies.runtimeDefault(), Set.of(), Architecture.current()));
            assertThatThrownBy(() -> kernel.fsmount("tmpfs", List.of(), 0))
                    .hasMessage("fsopen tmpfs: EPERM (operation not permitted)");
            assertThatThrownBy(() -> kernel.socket(40, 1, 0)).hasMessageContaining("EPERM");
            kernel.socket(1, 1, 0).close();
            return null;
        });
        Thread.ofPlatform().name("under a filter").start(work);
        work.get();
    }

    private static void install(SeccompFilter filter) {
        try (Call call = new Call(SystemCall.PRCTL)) {
            call.run("no_new_privs", PR_SET_NO_NEW_PRIVS, 1);
            MemorySegment program = call.zeroed(16);
            program.set(ValueLayout.JAVA_SHORT, 0, (short) filter.length());
            program.set(ValueLayout.JAVA_LONG, 8, call.bytes(filter.bytes()).address());
            call.run("seccomp", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program.address());
        }
    }
}
