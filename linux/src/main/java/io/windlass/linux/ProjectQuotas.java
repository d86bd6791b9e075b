package io.windlass.linux;

/** What a filesystem does about projects. */
public enum ProjectQuotas {
    /** Nothing: it has no such thing, or was mounted without. */
    NONE,
    /** It counts what they take, but keeps nobody to a limit: ext4 with the feature "quota", mounted without "prjquota". */
    COUNTED,
    ENFORCED
}
