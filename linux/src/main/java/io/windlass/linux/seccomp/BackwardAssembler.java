package io.windlass.linux.seccomp;

import io.windlass.fault.Fault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a classic BPF program from its end to its start.
 *
 * <p>BPF only jumps forward, so what is written first is all that later code can jump to, and each distance is known when a jump
 * is written: a conditional jump reaches 255 instructions, and gets a long jump beside it where that is not enough. A place is
 * the count of instructions from it to the program's end. Not thread-safe.
 */
final class BackwardAssembler {
    static final int JUMP_EQUAL = 0x15;
    static final int JUMP_GREATER = 0x25;
    static final int JUMP_GREATER_OR_EQUAL = 0x35;

    private static final int LOAD_WORD = 0x20;
    private static final int AND = 0x54;
    private static final int JUMP = 0x05;
    private static final int RETURN = 0x06;
    private static final int FARTHEST = 255;
    /** BPF_MAXINSNS. */
    private static final int LONGEST = 4096;

    private final List<Long> reversed = new ArrayList<>();
    private final Map<Integer, Integer> returns = new HashMap<>();

    /** A place that returns the value: a near one that exists, or a new one here. */
    int returning(int value) {
        Integer place = returns.get(value);
        if (place != null && reversed.size() - place < FARTHEST / 2) {
            return place;
        }
        int added = add(RETURN, 0, 0, value);
        returns.put(value, added);
        return added;
    }

    /** Loads a word of struct seccomp_data, then goes on at {@code next}. */
    int load(int offset, int next) {
        fallInto(next);
        return add(LOAD_WORD, 0, 0, offset);
    }

    int and(int mask, int next) {
        fallInto(next);
        return add(AND, 0, 0, mask);
    }

    /** Goes to one of two places by a comparison of what was loaded. */
    int branch(int operation, int operand, int whenTrue, int whenFalse) {
        if (whenTrue == whenFalse) {
            return whenTrue;
        }
        int onFalse = distance(whenFalse) + 1 > FARTHEST ? jump(whenFalse) : whenFalse;
        int onTrue = distance(whenTrue) > FARTHEST ? jump(whenTrue) : whenTrue;
        return add(operation, distance(onTrue), distance(onFalse), operand);
    }

    byte[] program(int start) {
        fallInto(start);
        if (reversed.size() > LONGEST) {
            throw Fault.invalid("cannot compile seccomp policy: it takes %d instructions, and the kernel accepts %d"
                    .formatted(reversed.size(), LONGEST));
        }
        ByteBuffer out = ByteBuffer.allocate(reversed.size() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        reversed.reversed().forEach(out::putLong);
        return out.array();
    }

    private void fallInto(int place) {
        if (place != reversed.size()) {
            jump(place);
        }
    }

    private int jump(int place) {
        return add(JUMP, 0, 0, distance(place));
    }

    /** How many instructions a jump written now skips to reach the place. */
    private int distance(int place) {
        return reversed.size() - place;
    }

    // struct sock_filter: u16 code, u8 jt, u8 jf, u32 k
    private int add(int code, int whenTrue, int whenFalse, int operand) {
        reversed.add(code | (long) whenTrue << 16 | (long) whenFalse << 24 | (long) operand << 32);
        return reversed.size();
    }
}
