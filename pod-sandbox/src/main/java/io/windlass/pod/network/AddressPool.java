package io.windlass.pod.network;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.util.BitSet;

/**
 * Which host numbers of a subnet are taken. A number is given out again as late as possible: the search goes on behind the
 * last one given, and begins anew at the end. Not thread-safe.
 */
final class AddressPool {
    /** The gateway, right behind the network's own address. */
    static final int GATEWAY = 1;

    private final Subnet subnet;
    private final int last;
    private final BitSet taken = new BitSet();
    private int cursor;

    /** @param cursor the number given out last */
    AddressPool(Subnet subnet, int cursor) {
        this.subnet = subnet;
        // The very last address is the broadcast address.
        this.last = (1 << subnet.hostBits()) - 2;
        this.cursor = Math.clamp(cursor, GATEWAY, last);
    }

    int allocate() {
        int candidate = firstFree(cursor + 1);
        if (candidate > last) {
            candidate = firstFree(GATEWAY + 1);
        }
        if (candidate > last) {
            throw new Fault(
                    FaultKind.RESOURCE_EXHAUSTED,
                    "cannot give an address: all %d of subnet %s are in use".formatted(last - GATEWAY, subnet));
        }
        taken.set(candidate);
        cursor = candidate;
        return candidate;
    }

    /** Marks a number as taken that was given out before this pool was made. */
    void claim(int number) {
        taken.set(number);
    }

    void release(int number) {
        taken.clear(number);
    }

    private int firstFree(int from) {
        return taken.nextClearBit(from);
    }
}
