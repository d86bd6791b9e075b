package io.windlass.pod.model;

/** Whether the groups of the image's /etc/group count beside those of the request. */
public enum SupplementalGroupsPolicy {
    MERGE,
    STRICT
}
