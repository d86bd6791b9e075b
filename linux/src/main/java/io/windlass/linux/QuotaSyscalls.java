package io.windlass.linux;

/**
 * Project quotas: what the files of one project take together on their filesystem, and how much they may take. ext4 and xfs
 * answer the same calls. See {@link Syscalls}.
 *
 * <p>Projects are numbers from 1 to 2^32 - 2; files that nobody gave one belong to 0.
 */
public interface QuotaSyscalls {
    /** Whether the filesystem of an open file counts what projects take, and keeps them to their limits. */
    ProjectQuotas projectQuotas(Fd anyFileOnIt);

    /** The project of an open file; EOPNOTSUPP or ENOTTY where files have none. */
    long project(Fd file);

    /**
     * Moves an open file into a project; what it takes is counted there from now on.
     *
     * @param inherited for folders: what is made in it belongs to the project too, and a file of another project cannot be
     *     renamed into it (EXDEV)
     */
    void setProject(Fd file, long project, boolean inherited);

    /**
     * Limits what a project may take. What it takes already is left alone, also where it is more.
     *
     * @param bytes rounded up to 1024; 0 is no limit
     * @param inodes 0 is no limit
     */
    void setProjectLimits(Fd anyFileOnIt, long project, long bytes, long inodes);

    /** What a project takes, and its limits; of one that the filesystem does not know: nothing of either. */
    ProjectUsage projectUsage(Fd anyFileOnIt, long project);
}
