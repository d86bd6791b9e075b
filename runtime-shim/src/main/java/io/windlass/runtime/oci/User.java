package io.windlass.runtime.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whom the process runs as, in ids of the container's user namespace. */
public record User(long uid, long gid, @Nullable Integer umask, List<Long> additionalGids) {
    public User {
        additionalGids = Absent.list(additionalGids);
    }

    public static User of(long uid, long gid, List<Long> additionalGids) {
        return new User(uid, gid, null, additionalGids);
    }
}
