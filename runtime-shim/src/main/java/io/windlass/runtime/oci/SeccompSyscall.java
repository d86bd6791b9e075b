package io.windlass.runtime.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happens to system calls of these names when all conditions hold. */
public record SeccompSyscall(
        List<String> names, String action, @Nullable Integer errnoRet, List<SeccompArgument> args) {
    public SeccompSyscall {
        names = Absent.list(names);
        args = Absent.list(args);
    }
}
