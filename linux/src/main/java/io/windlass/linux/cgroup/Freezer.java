package io.windlass.linux.cgroup;

import java.nio.file.Path;
import java.time.Duration;

/** Stops and resumes all processes of a group and of the groups below it. Thread-safe. */
public interface Freezer {
    /** The group's folder in the hierarchy that freezes. */
    Path directory();

    /** The file that resumes them when {@link #thawedText} is written into it. */
    Path file();

    String thawedText();

    /**
     * Returns once every process stands.
     *
     * @throws io.windlass.fault.Fault DEADLINE_EXCEEDED when one does not; the group is thawed again then
     */
    void freeze(Duration limit);

    /** Resumes them. Idempotent; a group that is gone needs none. */
    void thaw();
}
