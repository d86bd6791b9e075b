package io.windlass.cli;

import io.windlass.node.v1.PullImageProgress;
import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;

/** One line of a terminal that shows how far a pull is; nothing where there is no terminal. Not thread-safe. */
final class ProgressLine {
    private static final int WIDTH = 30;

    private final PrintWriter out;
    private final boolean terminal =
            Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    private boolean shown;

    ProgressLine(PrintWriter out) {
        this.out = out;
    }

    void show(PullImageProgress progress) {
        if (terminal) {
            out.print("\r\033[K" + text(progress));
            out.flush();
            shown = true;
        }
    }

    void clear() {
        if (shown) {
            out.print("\r\033[K");
            out.flush();
        }
    }

    static String text(PullImageProgress progress) {
        long filled = progress.getBytes() == 0 ? 0 : WIDTH * progress.getArrived() / progress.getBytes();
        int full = Math.clamp(filled, 0, WIDTH);
        return String.format(
                Locale.ROOT,
                "%-10s [%s%s] %.1f of %.1f MiB, %d of %d layers",
                progress.getState().toLowerCase(Locale.ROOT),
                "#".repeat(full),
                " ".repeat(WIDTH - full),
                progress.getArrived() / 1048576.0,
                progress.getBytes() / 1048576.0,
                progress.getLayersHere(),
                progress.getLayers());
    }
}
