package io.windlass.cri.streaming;

import java.nio.ByteBuffer;

/** The client's end of an exec or attach session, whatever its transport. Writing blocks while the client does not read. */
interface ProcessClient {
    void stdout(ByteBuffer data);

    void stderr(ByteBuffer data);

    /** Tells the end and closes the connection once the client has read it. */
    void finish(ProcessStatus status);

    ClientInput input();

    /** Runs {@code action} once when the connection ends, on an unspecified thread that it must not block. */
    void onClose(Runnable action);
}
