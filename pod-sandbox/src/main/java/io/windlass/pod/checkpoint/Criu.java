package io.windlass.pod.checkpoint;

import io.windlass.fault.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How CRIU (criu(8)) is called. Stateless but for the folders where it is looked up.
 *
 * <p>It runs in the pod's network, IPC and UTS namespaces, which are its own then, and so are neither saved nor made. The PID
 * namespace is the container's, and restored. Control groups are ours. Every mount but the root and what shows processes is
 * "external": the restored container finds the one that was made for it, at the place where its tree is attached.
 *
 * @param folders where the program is looked up, in order
 */
public record Criu(List<Path> folders) {
    public Criu {
        folders = List.copyOf(folders);
    }

    /**
     * The program's file.
     *
     * @throws Fault FAILED_PRECONDITION that names what is missing
     */
    public Path program() {
        return folders.stream()
                .map(folder -> folder.resolve("criu"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> Fault.precondition(
                        "the program criu is not installed (Debian: package criu); looked for it in " + folders));
    }

    /**
     * Saves a container's processes, which go on afterwards as they were: frozen, when they were frozen.
     *
     * @param pid the first process
     * @param frozen the folder of its control group that freezes
     * @param images an empty folder
     */
    public List<String> dump(long pid, Path frozen, ProcessView process, Path images, Path log) {
        List<String> command = begin("dump", images, log);
        command.addAll(List.of("--tree", Long.toString(pid), "--leave-running"));
        command.addAll(List.of("--freeze-cgroup", frozen.toString()));
        // Sockets are saved as they stand; files that were removed while they were open are linked, and so found again.
        command.addAll(List.of("--tcp-established", "--link-remap"));
        for (String mount : process.externalMounts()) {
            command.addAll(List.of("--external", "mnt[%s]:%s".formatted(mount, mount)));
        }
        for (String descriptor : process.descriptors()) {
            if (ProcessView.isExternalFile(descriptor)) {
                command.addAll(List.of("--external", descriptor));
            }
        }
        return command;
    }

    /**
     * Makes the processes as children of whoever runs it, in the control groups of whoever runs it.
     *
     * @param tree where the container's tree is attached
     * @param processFile where the number of the first process is written
     */
    public List<String> restore(ProcessView process, Path tree, Path images, Path log, Path processFile) {
        List<String> command = begin("restore", images, log);
        command.addAll(List.of("--restore-detached", "--restore-sibling", "--pidfile", processFile.toString()));
        command.addAll(List.of("--root", tree.toString()));
        // The pod has another address: who talked to the old one finds its connections ended.
        command.add("--tcp-close");
        for (String mount : process.externalMounts()) {
            command.addAll(List.of("--external", "mnt[%s]:%s%s".formatted(mount, tree, mount)));
        }
        for (int i = 0; i < process.descriptors().size(); i++) {
            if (!process.descriptors().get(i).isEmpty()) {
                command.addAll(List.of(
                        "--inherit-fd",
                        "fd[%d]:%s".formatted(i, process.descriptors().get(i))));
            }
        }
        return command;
    }

    private List<String> begin(String verb, Path images, Path log) {
        return new ArrayList<>(List.of(
                program().toString(),
                verb,
                "--images-dir",
                images.toString(),
                "--work-dir",
                String.valueOf(log.getParent()),
                "--log-file",
                String.valueOf(log.getFileName()),
                "-v4",
                "--manage-cgroups=ignore",
                "--file-locks"));
    }
}
