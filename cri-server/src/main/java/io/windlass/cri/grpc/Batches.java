package io.windlass.cri.grpc;

import java.util.List;
import java.util.function.Consumer;

/** Splits the answers of the Stream* list RPCs, so that no message comes near the limit that clients set (16 MiB). */
final class Batches {
    private static final int LARGEST = 100;

    private Batches() {}

    static <T> void send(List<T> all, Consumer<List<T>> sink) {
        for (int from = 0; from < all.size(); from += LARGEST) {
            sink.accept(all.subList(from, Math.min(all.size(), from + LARGEST)));
        }
    }
}
