package io.windlass.linux.cgroup;

/** How the machine's control groups are laid out. */
public enum CgroupVersion {
    /** Controllers in hierarchies of their own; a cgroup2 hierarchy without controllers may stand beside them. */
    V1,
    /** All controllers in the one cgroup2 hierarchy. */
    V2
}
