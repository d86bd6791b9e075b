package io.windlass.runtime.program;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A complete launch program. Immutable. */
public final class LaunchProgram {
    static final int MAGIC = 'W' | 'L' << 8 | 'P' << 16 | 'G' << 24;
    static final int VERSION = 1;
    static final int HEADER_BYTES = 12;

    private final byte[] bytes;

    LaunchProgram(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The program as it is sent to the helper. */
    public byte[] toByteArray() {
        return bytes.clone();
    }

    public int operations() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(8);
    }

    /** One line for each operation: its name, then its arguments as {@code name=value}. */
    public String disassemble() {
        return Disassembler.listing(bytes);
    }

    @Override
    public String toString() {
        return disassemble();
    }
}
