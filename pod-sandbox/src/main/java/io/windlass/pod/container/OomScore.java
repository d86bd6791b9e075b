package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.ProcessIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** How readily the kernel kills a container's first process for lack of memory (proc_pid_oom_score_adj(5)). */
public final class OomScore {
    private static final System.Logger LOG = System.getLogger(OomScore.class.getName());

    private OomScore() {}

    /** @throws Fault when it is no score */
    public static void check(long score) {
        if (score < -1000 || score > 1000) {
            throw Fault.invalid("cannot use oom_score_adj " + score + ": it goes from -1000 to 1000");
        }
    }

    /** A machine that does not let the daemon lower scores keeps the old one, as when containers are created. */
    static void set(ContainerState state, long score) {
        switch (state) {
            case ContainerState.Created created -> write(created.process(), score);
            case ContainerState.Running running -> write(running.process(), score);
            case ContainerState.Exited _, ContainerState.Unknown _ -> {}
        }
    }

    private static void write(ProcessIdentity process, long score) {
        Path file = Path.of("/proc", Long.toString(process.pid()), "oom_score_adj");
        try {
            Files.writeString(file, Long.toString(score), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot set {0} to {1}: {2}", file, score, e.getMessage());
        }
    }
}
