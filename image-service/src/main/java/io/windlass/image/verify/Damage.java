package io.windlass.image.verify;

import java.nio.file.Path;
import java.util.List;

/**
 * One thing of the store that is not as it should be.
 *
 * @param name the digest of a blob or of an unpacked layer; of an orphan its path below the store's root
 * @param detail in which way, for a person
 * @param images what needs it: their names, or ids where they have none; sorted
 * @param repairDetail why it could not be repaired; empty when it was, or nobody asked
 */
public record Damage(
        Subject subject,
        Kind kind,
        String name,
        Path path,
        String detail,
        List<String> images,
        Repair repair,
        String repairDetail) {
    public Damage {
        images = List.copyOf(images);
    }

    /** What is damaged. */
    public enum Subject {
        BLOB,
        LAYER,
        FILE
    }

    /** In which way. */
    public enum Kind {
        /** A record tells of it, but it is not on disk. */
        MISSING,
        /** It is shorter than it was. */
        TRUNCATED,
        /** Its content is not what it was. */
        CHANGED,
        /** It could not be read. */
        UNREADABLE,
        /** It is on disk, but no record tells of it. */
        ORPHAN
    }

    /** What was done about it. */
    public enum Repair {
        NOT_ASKED,
        DONE,
        FAILED
    }

    /** The same, about which something was done. */
    public Damage with(Repair done, String reason) {
        return new Damage(subject, kind, name, path, detail, images, done, reason);
    }
}
