package io.windlass.linux.cgroup;

import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import io.windlass.linux.cgroup.ControlChanges.Change;
import java.util.List;

/**
 * Device rules of a cgroup2 group: a BPF program that is attached to it. The kernel grants what all programs of the group and
 * of those above it grant, so a replacement is attached before the old one is taken away, and there is no gap.
 */
final class V2Devices implements Change {
    private static final int BPF_F_ALLOW_MULTI = 2;

    private final ControlDirectory directory;
    private final DeviceRules rules;

    V2Devices(ControlDirectory directory, DeviceRules rules) {
        this.directory = directory;
        this.rules = rules;
    }

    @Override
    public void apply() {
        Syscalls kernel = directory.kernel();
        try (Fd group = kernel.open(directory.path(), OpenFlags.DIRECTORY, 0);
                Fd program = kernel.bpfLoad(DeviceProgram.TYPE, DeviceProgram.compile(rules))) {
            List<Fd> before = kernel.bpfAttached(group, DeviceProgram.ATTACH_TYPE);
            try {
                kernel.bpfAttach(group, program, DeviceProgram.ATTACH_TYPE, BPF_F_ALLOW_MULTI);
                for (Fd old : before) {
                    kernel.bpfDetach(group, old, DeviceProgram.ATTACH_TYPE);
                }
            } finally {
                before.forEach(Fd::close);
            }
        }
    }

    // Device rules are the last of the changes, so that there is nothing after them that could fail.
    @Override
    public void undo() {
        throw new SyscallException("bpf", directory.path().toString(), Errno.EOPNOTSUPP);
    }

    @Override
    public String toString() {
        return "devices=" + rules.rules().size() + " rules";
    }
}
