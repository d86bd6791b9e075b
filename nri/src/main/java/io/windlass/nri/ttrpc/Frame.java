package io.windlass.nri.ttrpc;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One ttrpc message: a header of ten bytes (length, stream, type, flags; big-endian), then its data.
 *
 * @param stream odd numbers, chosen by who calls
 */
@SuppressWarnings("ArrayRecordComponent") // made, sent, forgotten: never compared
record Frame(int stream, byte type, byte flags, byte[] data) {
    static final byte REQUEST = 1;
    static final byte RESPONSE = 2;
    static final int HEADER = 10;
    /** The longest data that peers accept. */
    static final int MAXIMUM = 4 << 20;

    byte[] bytes() {
        return ByteBuffer.allocate(HEADER + data.length)
                .putInt(data.length)
                .putInt(stream)
                .put(type)
                .put(flags)
                .put(data)
                .array();
    }

    /** Waits for the next one. */
    static Frame read(DataInputStream in) throws IOException {
        int length = in.readInt();
        int stream = in.readInt();
        byte type = in.readByte();
        byte flags = in.readByte();
        if (length < 0 || length > MAXIMUM) {
            throw new IOException(
                    "a ttrpc message of " + Integer.toUnsignedLong(length) + " bytes, more than " + MAXIMUM);
        }
        byte[] data = new byte[length];
        in.readFully(data);
        return new Frame(stream, type, flags, data);
    }
}
