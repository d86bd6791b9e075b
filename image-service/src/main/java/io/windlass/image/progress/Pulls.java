package io.windlass.image.progress;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The pulls of this node: those under way, and the last ones that ended. Thread-safe. */
public final class Pulls {
    private static final int MOST_ENDED = 20;

    private final Set<Pull> running = new LinkedHashSet<>();
    private final Deque<PullReport> ended = new ArrayDeque<>();

    public synchronized void begin(Pull pull) {
        running.add(pull);
    }

    public synchronized void end(Pull pull) {
        pull.left();
        running.remove(pull);
        ended.addLast(pull.report());
        if (ended.size() > MOST_ENDED) {
            ended.removeFirst();
        }
    }

    /** Those under way, the oldest first. */
    public List<PullReport> running() {
        List<Pull> pulls;
        synchronized (this) {
            pulls = List.copyOf(running);
        }
        return pulls.stream().map(Pull::report).toList();
    }

    /** The last ones that ended, the oldest first. */
    public synchronized List<PullReport> ended() {
        return List.copyOf(ended);
    }
}
