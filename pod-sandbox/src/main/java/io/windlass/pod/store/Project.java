package io.windlass.pod.store;

import io.windlass.pod.model.ContainerId;

/**
 * A project id of a filesystem's quotas, which counts what a container writes. It is written down before any file gets it.
 *
 * @param id no other container has it, on any filesystem
 * @param mountpoint the filesystem's
 * @param bytes limit of the bytes; 0: none
 * @param inodes limit of the inodes; 0: none
 * @param retired its container is gone; the id is free as soon as no file has it
 */
public record Project(
        long id, ContainerId container, Part part, String mountpoint, long bytes, long inodes, boolean retired) {
    /** What of a container is counted. */
    public enum Part {
        LAYER("writable layer"),
        LOG("log");

        private final String words;

        Part(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /** Whether there is anything that it is kept to. */
    public boolean limited() {
        return bytes > 0 || inodes > 0;
    }

    /** The same with other limits. */
    public Project limit(long otherBytes, long otherInodes) {
        return new Project(id, container, part, mountpoint, otherBytes, otherInodes, retired);
    }

    /** The same without limits and without a container. */
    public Project retire() {
        return new Project(id, container, part, mountpoint, 0, 0, true);
    }
}
