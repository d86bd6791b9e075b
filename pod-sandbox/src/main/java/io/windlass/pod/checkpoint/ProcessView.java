package io.windlass.pod.checkpoint;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a process has from outside the container.
 *
 * @param externalMounts mount points, in the order in which they were mounted; neither the root, nor those of the container's
 *     own procfs, which shows its PID namespace
 * @param descriptors what the standard streams are, as CRIU names them: a pipe, a file of the host, or "" for something of the
 *     container's own
 */
public record ProcessView(List<String> externalMounts, List<String> descriptors) {
    private static final int STANDARD_STREAMS = 3;
    private static final Pattern DESCRIPTOR = Pattern.compile("|pipe:\\[[0-9]+]|file\\[[0-9a-f]+:[0-9a-f]+]");

    public ProcessView {
        externalMounts = List.copyOf(externalMounts);
        descriptors = List.copyOf(descriptors);
    }

    static boolean isExternalFile(String descriptor) {
        return descriptor.startsWith("file[");
    }

    /** Refuses what could lead out of the container's tree, or is no name of CRIU's, in a view that somebody else wrote. */
    ProcessView checked() {
        for (String mount : externalMounts) {
            Path path = Path.of(mount);
            if (!path.isAbsolute() || !path.normalize().toString().equals(mount) || mount.contains("]")) {
                throw Fault.invalid("its mount point '" + mount + "' is no plain absolute path");
            }
        }
        boolean known = descriptors.size() <= STANDARD_STREAMS
                && descriptors.stream()
                        .allMatch(name -> DESCRIPTOR.matcher(name).matches());
        if (!known) {
            throw Fault.invalid("its standard streams are " + descriptors);
        }
        return this;
    }

    /** Whether the standard input is a pipe that clients write to. */
    public boolean hasInput() {
        return !descriptors.isEmpty() && descriptors.getFirst().startsWith("pipe:");
    }

    /**
     * Reads proc_pid_mountinfo(5) and proc_pid_fd(5).
     *
     * @param folder of the process, below /proc
     */
    public static ProcessView read(Path folder) {
        try {
            List<MountLine> mounts = Files.readAllLines(folder.resolve("mountinfo")).stream()
                    .map(MountLine::parse)
                    .toList();
            Set<String> processes = mounts.stream()
                    .filter(mount -> mount.point.equals("/proc") && mount.type.equals("proc"))
                    .map(MountLine::device)
                    .collect(Collectors.toSet());
            List<String> external = mounts.stream()
                    .filter(mount -> !mount.point.equals("/") && !processes.contains(mount.device))
                    .map(MountLine::point)
                    .distinct()
                    .toList();
            Set<String> own = mounts.stream().map(MountLine::id).collect(Collectors.toSet());
            List<String> descriptors = new ArrayList<>();
            for (int i = 0; i < STANDARD_STREAMS; i++) {
                descriptors.add(descriptor(folder, i, own));
            }
            return new ProcessView(external, descriptors);
        } catch (IOException e) {
            throw Fault.precondition("its process in " + folder + " cannot be looked at: " + e);
        }
    }

    private static String descriptor(Path folder, int number, Set<String> ownMounts) throws IOException {
        try {
            String link = Files.readSymbolicLink(folder.resolve("fd/" + number)).toString();
            if (link.startsWith("pipe:")) {
                return link;
            }
            String mount = "";
            String inode = "";
            for (String line : Files.readAllLines(folder.resolve("fdinfo/" + number))) {
                if (line.startsWith("mnt_id:")) {
                    mount = line.substring("mnt_id:".length()).strip();
                } else if (line.startsWith("ino:")) {
                    inode = line.substring("ino:".length()).strip();
                }
            }
            boolean ofHost = link.startsWith("/") && !inode.isEmpty() && !ownMounts.contains(mount);
            return ofHost ? "file[%x:%x]".formatted(Long.valueOf(mount), Long.valueOf(inode)) : "";
        } catch (NoSuchFileException e) {
            // The process closed it.
            return "";
        }
    }

    /** One line of mountinfo: id, parent, device, root, point, options, optional fields, "-", type, source, options. */
    private record MountLine(String id, String device, String point, String type) {
        static MountLine parse(String line) {
            String[] fields = line.split(" ", -1);
            int separator = 6;
            while (!fields[separator].equals("-")) {
                separator++;
            }
            return new MountLine(fields[0], fields[2], unescaped(fields[4]), fields[separator + 1]);
        }

        /** Space, tab, newline and backslash are written in octal. */
        private static String unescaped(String field) {
            StringBuilder text = new StringBuilder();
            int i = 0;
            while (i < field.length()) {
                if (field.charAt(i) == '\\' && i + 4 <= field.length()) {
                    text.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
                    i += 4;
                } else {
                    text.append(field.charAt(i++));
                }
            }
            return text.toString();
        }
    }
}
