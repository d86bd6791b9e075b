package io.windlass.image.registry;

import io.windlass.image.progress.Exchange;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The bytes of one answer that is a blob or a part of one. Closing gives its place back. Read by one thread, closed by any. */
final class Transfer extends FilterInputStream {
    private final boolean partial;
    private final Exchange exchange;
    private final Downloads.Place place;

    /** @param partial whether the server sends no more than the range that was asked for */
    Transfer(InputStream body, boolean partial, Exchange exchange, Downloads.Place place) {
        super(body);
        this.partial = partial;
        this.exchange = exchange;
        this.place = place;
    }

    boolean isPartial() {
        return partial;
    }

    /** To be told that what came, whole as it was, was not what was asked for. */
    void wasWrong(String reason) {
        exchange.failed(reason);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
        try {
            int count = in.read(buffer, from, length);
            if (count > 0) {
                exchange.received(count);
            } else if (count < 0) {
                exchange.ended();
            }
            return count;
        } catch (IOException e) {
            exchange.failed(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        exchange.ended();
        try {
            in.close();
        } finally {
            place.close();
        }
    }
}
