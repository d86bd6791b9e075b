package io.windlass.image.archive;

import java.time.Instant;
import java.util.Map;

/**
 * The header of a member.
 *
 * @param type as POSIX has it: '0' file, '1' hard link, '2' symbolic link, '3' and '4' devices, '5' folder, '6' FIFO
 * @param mode permission bits
 * @param size of the data that follows
 * @param link where a link leads, else empty
 * @param attributes extended attributes by name
 */
record TarMember(
        String path,
        char type,
        int mode,
        int uid,
        int gid,
        long size,
        Instant modified,
        String link,
        int deviceMajor,
        int deviceMinor,
        Map<String, byte[]> attributes) {
    static final char FILE = '0';
    static final char HARD_LINK = '1';
    static final char SYMBOLIC_LINK = '2';
    static final char CHARACTER_DEVICE = '3';
    static final char BLOCK_DEVICE = '4';
    static final char FOLDER = '5';
    static final char FIFO = '6';
}
