package io.windlass.linux.cgroup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Compiles device rules to a BPF program of type CGROUP_DEVICE, which the kernel asks with (access and type, major, minor) and
 * which answers 1 for yes.
 *
 * <p>The rules are tried from the last to the first. Register 3 holds the accesses that are asked for and not granted yet: an
 * allowing rule takes its accesses out, and yes is answered when none is left; a denying rule answers no when one of its
 * accesses is left. This is exact even where several rules together grant what one request asks for.
 */
final class DeviceProgram {
    /** BPF_PROG_TYPE_CGROUP_DEVICE. */
    static final int TYPE = 15;
    /** BPF_CGROUP_DEVICE. */
    static final int ATTACH_TYPE = 6;

    private static final int LOAD_WORD = 0x61;
    private static final int MOVE = 0xb7;
    private static final int MOVE_REGISTER = 0xbf;
    private static final int AND = 0x57;
    private static final int SHIFT_RIGHT = 0x77;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int JUMP_IF_NOT_EQUAL = 0x55;
    private static final int EXIT = 0x95;

    private static final int BLOCK = 1;
    private static final int CHARACTER = 2;
    private static final int ALL_ACCESS = 7;

    private final List<long[]> code = new ArrayList<>();

    private DeviceProgram() {}

    /** The instructions in the machine's byte order. */
    static byte[] compile(DeviceRules rules) {
        DeviceProgram program = new DeviceProgram();
        program.prologue();
        boolean decided = false;
        for (DeviceRule rule : rules.rules().reversed()) {
            program.rule(rule);
            if (rule.everyDevice()) {
                // Nothing before it can be reached, and the kernel refuses programs with dead code.
                decided = true;
                break;
            }
        }
        if (!decided) {
            program.answer(0);
        }
        return program.encoded();
    }

    private void prologue() {
        emit(LOAD_WORD, 2, 1, 0, 0);
        emit(MOVE_REGISTER, 3, 2, 0, 0);
        emit(AND, 2, 0, 0, 0xffff);
        emit(SHIFT_RIGHT, 3, 0, 0, 16);
        emit(LOAD_WORD, 4, 1, 4, 0);
        emit(LOAD_WORD, 5, 1, 8, 0);
    }

    private void rule(DeviceRule rule) {
        List<Integer> exits = new ArrayList<>();
        if (rule.type() != 'a') {
            exits.add(jump(JUMP_IF_NOT_EQUAL, 2, rule.type() == 'b' ? BLOCK : CHARACTER));
        }
        rule.major().ifPresent(major -> exits.add(jump(JUMP_IF_NOT_EQUAL, 4, major)));
        rule.minor().ifPresent(minor -> exits.add(jump(JUMP_IF_NOT_EQUAL, 5, minor)));
        if (!rule.everyAccess()) {
            int bits = bits(rule.access());
            if (rule.allow()) {
                emit(AND, 3, 0, 0, ALL_ACCESS & ~bits);
                exits.add(jump(JUMP_IF_NOT_EQUAL, 3, 0));
            } else {
                emit(MOVE_REGISTER, 6, 3, 0, 0);
                emit(AND, 6, 0, 0, bits);
                exits.add(jump(JUMP_IF_EQUAL, 6, 0));
            }
        }
        answer(rule.allow() ? 1 : 0);
        for (int exit : exits) {
            code.get(exit)[3] = code.size() - exit - 1L;
        }
    }

    private static int bits(String access) {
        return (access.contains("m") ? 1 : 0) | (access.contains("r") ? 2 : 0) | (access.contains("w") ? 4 : 0);
    }

    private void answer(int value) {
        emit(MOVE, 0, 0, 0, value);
        emit(EXIT, 0, 0, 0, 0);
    }

    private int jump(int operation, int register, long value) {
        emit(operation, register, 0, 0, value);
        return code.size() - 1;
    }

    private void emit(int operation, int destination, int source, int offset, long immediate) {
        code.add(new long[] {operation, destination, source, offset, immediate});
    }

    private byte[] encoded() {
        ByteBuffer out = ByteBuffer.allocate(code.size() * 8).order(ByteOrder.nativeOrder());
        for (long[] instruction : code) {
            out.put((byte) instruction[0])
                    .put((byte) (instruction[1] | instruction[2] << 4))
                    .putShort((short) instruction[3])
                    .putInt((int) instruction[4]);
        }
        return out.array();
    }
}
