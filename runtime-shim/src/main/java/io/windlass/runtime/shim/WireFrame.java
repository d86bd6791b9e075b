package io.windlass.runtime.shim;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** One frame as it travels; the payload is little-endian and belongs to the receiver. */
record WireFrame(int type, long id, ByteBuffer payload) {
    static final int HEADER_BYTES = 16;
    static final int MAX_PAYLOAD = 4 << 20;

    WireFrame {
        payload.order(ByteOrder.LITTLE_ENDIAN);
    }

    WireFrame(int type, long id, byte[] payload) {
        this(type, id, ByteBuffer.wrap(payload));
    }

    Fields fields() {
        return new Fields(payload.duplicate().order(ByteOrder.LITTLE_ENDIAN));
    }
}
