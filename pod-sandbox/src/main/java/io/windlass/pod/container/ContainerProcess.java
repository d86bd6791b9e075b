package io.windlass.pod.container;

import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.ProcessIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether the first process of a container still lives, by the kernel's own account (proc(5)). */
public final class ContainerProcess {
    /** Field 22 of stat, counted after the command, which is field 2 and may hold anything. */
    private static final int START_TIME = 22 - 3;

    private ContainerProcess() {}

    /** False for states that have no process. */
    public static boolean lives(ContainerState state) {
        return switch (state) {
            case ContainerState.Created created -> lives(created.process());
            case ContainerState.Running running -> lives(running.process());
            case ContainerState.Exited _, ContainerState.Unknown _ -> false;
        };
    }

    /** A number that was given to another process since does not count; nor does a process that only waits to be reaped. */
    static boolean lives(ProcessIdentity process) {
        try {
            String stat = Files.readString(
                    Path.of("/proc", Long.toString(process.pid()), "stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            boolean ended = fields[0].equals("Z") || fields[0].equals("X");
            return !ended && Long.parseLong(fields[START_TIME]) == process.startTime();
        } catch (IOException e) {
            return false;
        }
    }
}
