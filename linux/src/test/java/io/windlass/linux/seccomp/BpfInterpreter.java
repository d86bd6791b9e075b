package io.windlass.linux.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs classic BPF programs as seccomp does, for the operations that filters use. */
public final class BpfInterpreter {
    private final ByteBuffer code;
    private int executed;

    public BpfInterpreter(byte[] program) {
        code = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** How many instructions the last run took. */
    public int executed() {
        return executed;
    }

    /** What the filter returns for a system call. */
    public int run(int number, int architecture, long... arguments) {
        ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(0, number).putInt(4, architecture);
        for (int i = 0; i < arguments.length; i++) {
            data.putLong(16 + 8 * i, arguments[i]);
        }
        int accumulator = 0;
        executed = 0;
        for (int pc = 0; ; pc++) {
            executed++;
            int at = pc * 8;
            int operand = code.getInt(at + 4);
            int whenTrue = code.get(at + 2) & 0xff;
            int whenFalse = code.get(at + 3) & 0xff;
            switch (code.getShort(at)) {
                case 0x20 -> accumulator = data.getInt(operand);
                case 0x54 -> accumulator &= operand;
                case 0x05 -> pc += operand;
                case 0x15 -> pc += accumulator == operand ? whenTrue : whenFalse;
                case 0x25 -> pc += Integer.compareUnsigned(accumulator, operand) > 0 ? whenTrue : whenFalse;
                case 0x35 -> pc += Integer.compareUnsigned(accumulator, operand) >= 0 ? whenTrue : whenFalse;
                case 0x45 -> pc += (accumulator & operand) != 0 ? whenTrue : whenFalse;
                case 0x06 -> {
                    return operand;
                }
                default -> throw new AssertionError("operation " + code.getShort(at) + " at " + pc);
            }
        }
    }
}
