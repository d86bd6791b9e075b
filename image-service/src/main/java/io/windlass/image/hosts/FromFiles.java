package io.windlass.image.hosts;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A value made from files, and made anew once they are others than before. Thread-safe. */
final class FromFiles<T> {
    private final Supplier<List<FileStamp>> look;
    private final Supplier<T> load;
    private @Nullable List<FileStamp> seen;
    private @Nullable T value;

    /** @param look at the files and at the folders whose entries count */
    FromFiles(Supplier<List<FileStamp>> look, Supplier<T> load) {
        this.look = look;
        this.load = load;
    }

    synchronized T get() {
        List<FileStamp> now = look.get();
        T known = value;
        if (known == null || !now.equals(seen)) {
            known = load.get();
            value = known;
            seen = now;
        }
        return known;
    }
}
