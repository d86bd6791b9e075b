package io.windlass.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Project quotas. A part of {@link Kernel}.
 *
 * <p>The kernel translates between its two families of quota calls (fs/quota/quota.c), so that the generic one serves xfs too.
 */
interface KernelQuotas extends QuotaSyscalls {
    /** struct if_dqblk counts bytes of limits in blocks of this size, whatever the filesystem's block size. */
    int LIMIT_BLOCK = 1024;

    @Override
    default ProjectQuotas projectQuotas(Fd anyFileOnIt) {
        try (Call call = new Call(SystemCall.QUOTACTL_FD)) {
            // struct fs_quota_stat: s8 version, u16 flags at 2, ...
            MemorySegment state = call.zeroed(128);
            long result = call.tryRun(anyFileOnIt.number(), command(Abi.Q_XGETQSTAT), 0, Call.address(state));
            if (result < 0) {
                Errno errno = new Errno((int) -result);
                if (List.of(Errno.ENOSYS, Errno.ESRCH, Errno.EINVAL, Errno.EOPNOTSUPP)
                        .contains(errno)) {
                    return ProjectQuotas.NONE;
                }
                throw call.failure(anyFileOnIt.toString(), errno.number(), "");
            }
            int flags = state.get(ValueLayout.JAVA_SHORT, 2);
            if ((flags & Abi.FS_QUOTA_PDQ_ENFD) != 0) {
                return ProjectQuotas.ENFORCED;
            }
            return (flags & Abi.FS_QUOTA_PDQ_ACCT) != 0 ? ProjectQuotas.COUNTED : ProjectQuotas.NONE;
        }
    }

    @Override
    default long project(Fd file) {
        try (Call call = new Call(SystemCall.IOCTL)) {
            return Integer.toUnsignedLong(attributes(call, file).get(ValueLayout.JAVA_INT, 12));
        }
    }

    @Override
    default void setProject(Fd file, long project, boolean inherited) {
        try (Call call = new Call(SystemCall.IOCTL)) {
            MemorySegment attributes = attributes(call, file);
            int flags = attributes.get(ValueLayout.JAVA_INT, 0);
            int others = flags & ~Abi.FS_XFLAG_PROJINHERIT;
            attributes.set(ValueLayout.JAVA_INT, 0, inherited ? others | Abi.FS_XFLAG_PROJINHERIT : others);
            attributes.set(ValueLayout.JAVA_INT, 12, (int) project);
            call.run(
                    file.toString(),
                    "project " + project,
                    file.number(),
                    Abi.FS_IOC_FSSETXATTR,
                    Call.address(attributes));
        }
    }

    /** struct fsxattr: u32 flags, extent size, extents, project, copy-on-write extent size, 8 bytes of padding. */
    private static MemorySegment attributes(Call call, Fd file) {
        MemorySegment attributes = call.zeroed(28);
        call.run(file.toString(), file.number(), Abi.FS_IOC_FSGETXATTR, Call.address(attributes));
        return attributes;
    }

    @Override
    default void setProjectLimits(Fd anyFileOnIt, long project, long bytes, long inodes) {
        try (Call call = new Call(SystemCall.QUOTACTL_FD)) {
            MemorySegment limits = call.zeroed(72);
            limits.set(ValueLayout.JAVA_LONG, 0, Math.ceilDiv(bytes, LIMIT_BLOCK));
            limits.set(ValueLayout.JAVA_LONG, 24, inodes);
            limits.set(ValueLayout.JAVA_INT, 64, Abi.QIF_BLIMITS | Abi.QIF_ILIMITS);
            call.run(
                    anyFileOnIt.toString(),
                    "limits of project " + project,
                    anyFileOnIt.number(),
                    command(Abi.Q_SETQUOTA),
                    project,
                    Call.address(limits));
        }
    }

    @Override
    default ProjectUsage projectUsage(Fd anyFileOnIt, long project) {
        try (Call call = new Call(SystemCall.QUOTACTL_FD)) {
            // struct if_dqblk: u64 hard and soft limit of blocks, bytes used, hard and soft limit of inodes, inodes
            // used, ...
            MemorySegment usage = call.zeroed(72);
            long result = call.tryRun(anyFileOnIt.number(), command(Abi.Q_GETQUOTA), project, Call.address(usage));
            if (-result == Errno.ENOENT.number()) {
                return ProjectUsage.NOTHING;
            }
            if (result < 0) {
                throw call.failure(anyFileOnIt.toString(), (int) -result, "usage of project " + project);
            }
            return new ProjectUsage(
                    usage.get(ValueLayout.JAVA_LONG, 16),
                    usage.get(ValueLayout.JAVA_LONG, 40),
                    usage.get(ValueLayout.JAVA_LONG, 0) * LIMIT_BLOCK,
                    usage.get(ValueLayout.JAVA_LONG, 24));
        }
    }

    private static long command(int number) {
        return ((long) number << 8) | Abi.PRJQUOTA;
    }
}
