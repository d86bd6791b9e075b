package io.windlass.image.unpack;

import io.windlass.fault.Fault;
import java.util.List;

/**
 * How a user namespace numbers users and groups that have other numbers on the node. Immutable.
 *
 * @param uids none: users are numbered as on the node
 * @param gids none: groups are numbered as on the node
 */
public record IdShift(List<Range> uids, List<Range> gids) {
    /** Without a user namespace. */
    public static final IdShift NONE = new IdShift(List.of(), List.of());

    /** Whom the kernel shows where nobody inside has the number. */
    private static final int NOBODY = 65534;

    public IdShift {
        uids = List.copyOf(uids);
        gids = List.copyOf(gids);
    }

    /** Numbers from {@code inside} on, that are those from {@code outside} on for the node. */
    public record Range(long inside, long outside, long length) {}

    public int uidInside(int uid) {
        return inside(uids, uid);
    }

    public int gidInside(int gid) {
        return inside(gids, gid);
    }

    /** @throws Fault when the user namespace has no such user */
    int uidOutside(int uid) {
        return outside(uids, uid, "user");
    }

    /** @throws Fault when the user namespace has no such group */
    int gidOutside(int gid) {
        return outside(gids, gid, "group");
    }

    private static int inside(List<Range> ranges, int id) {
        if (ranges.isEmpty()) {
            return id;
        }
        long number = Integer.toUnsignedLong(id);
        for (Range range : ranges) {
            if (number >= range.outside && number < range.outside + range.length) {
                return (int) (number - range.outside + range.inside);
            }
        }
        return NOBODY;
    }

    private static int outside(List<Range> ranges, int id, String what) {
        if (ranges.isEmpty()) {
            return id;
        }
        long number = Integer.toUnsignedLong(id);
        for (Range range : ranges) {
            if (number >= range.inside && number < range.inside + range.length) {
                return (int) (number - range.inside + range.outside);
            }
        }
        throw Fault.invalid("the container's user namespace has no " + what + " " + number);
    }
}
