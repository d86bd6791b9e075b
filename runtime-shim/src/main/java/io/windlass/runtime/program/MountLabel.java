package io.windlass.runtime.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.windlass.fault.Fault;
import io.windlass.linux.MountOption;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The SELinux label that all files of the container's new file systems have, whatever they have of their own (linux.mountLabel).
 *
 * @param text empty for none
 * @param ownQueues whether the message queues are the container's or its pod's, and not the host's
 */
record MountLabel(String text, boolean ownQueues) {
    /** The longest text that fsconfig takes. */
    private static final int LONGEST = 255;

    private static final String CONTEXT = "context";
    private static final Set<String> CONTEXTS = Set.of(CONTEXT, "fscontext", "defcontext", "rootcontext");

    /** What the kernel makes is labelled by the policy, file by file. */
    private static final Set<String> OF_THE_KERNEL = Set.of("proc", "sysfs", "mqueue", "cgroup", "cgroup2");

    static MountLabel of(Linux linux) {
        String text = linux.mountLabel() == null ? "" : linux.mountLabel();
        if (text.getBytes(UTF_8).length > LONGEST) {
            throw Fault.invalid("linux.mountLabel is longer than the kernel's %d bytes".formatted(LONGEST));
        }
        return new MountLabel(text, linux.namespace(Namespace.IPC).isPresent());
    }

    /** The options of a new file system of that type. */
    List<MountOption> of(String type, List<MountOption> options) {
        return OF_THE_KERNEL.contains(type) ? options : with(options);
    }

    /** The options with the label, unless they name one. */
    List<MountOption> with(List<MountOption> options) {
        if (text.isEmpty() || options.stream().anyMatch(option -> CONTEXTS.contains(option.key()))) {
            return options;
        }
        List<MountOption> all = new ArrayList<>(options);
        all.add(MountOption.of(CONTEXT, text));
        return all;
    }

    /** Labels the queues, whose file system is older than its mount and so takes no option. */
    void put(Slot queues, ProgramBuilder program) {
        if (!text.isEmpty() && ownQueues) {
            program.label(queues, text);
        }
    }

    void refuse(String what) {
        if (!text.isEmpty()) {
            throw Fault.unimplemented("linux.mountLabel of " + what + " is not supported");
        }
    }
}
