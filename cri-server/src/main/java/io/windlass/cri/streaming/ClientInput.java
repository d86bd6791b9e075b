package io.windlass.cri.streaming;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a client has sent and the session has not taken yet. The event loop puts, one virtual thread takes; above
 * {@link #HIGH} waiting bytes the connection is not read any more. Thread-safe.
 */
final class ClientInput {
    static final int HIGH = 256 << 10;
    static final int LOW = 64 << 10;

    private final ReadGate gate;
    private final Deque<Event> events = new ArrayDeque<>();
    private int bytes;
    private boolean pausing;
    private boolean closed;

    ClientInput(ReadGate gate) {
        this.gate = gate;
    }

    /** What a client sends; the buffer is the taker's, and backed by an array. */
    sealed interface Event {
        record Data(ByteBuffer bytes) implements Event {}

        record Resize(int columns, int rows) implements Event {}

        /** No more data from the client, or the client is gone. */
        record End() implements Event {}
    }

    synchronized void put(Event event) {
        if (closed) {
            return;
        }
        events.add(event);
        if (event instanceof Event.Data data) {
            bytes += data.bytes.remaining();
            if (bytes > HIGH && !pausing) {
                pausing = true;
                gate.pause();
            }
        }
        notifyAll();
    }

    /** The next event; waits for it. After {@link #close()} always End. */
    synchronized Event take() throws InterruptedException {
        while (events.isEmpty()) {
            if (closed) {
                return new Event.End();
            }
            wait();
        }
        Event event = events.remove();
        if (event instanceof Event.Data data) {
            bytes -= data.bytes.remaining();
            resumeBelow(LOW);
        }
        return event;
    }

    /** Nobody takes any more: what waits and what comes is dropped. */
    synchronized void close() {
        closed = true;
        events.clear();
        bytes = 0;
        resumeBelow(LOW);
        notifyAll();
    }

    private void resumeBelow(int limit) {
        if (pausing && bytes <= limit) {
            pausing = false;
            gate.resume();
        }
    }
}
