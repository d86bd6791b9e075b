package io.windlass.cli;

import java.io.IOException;

/**
 * Where a copy comes to lie, as cp has it. Immutable.
 *
 * @param folder that it is put into, which is there
 * @param name that it gets there; "." where only what is in a folder is copied
 */
record CopyNames(String folder, String name) {
    /**
     * @param own the last name of what is copied; "." for what is in it only
     * @param isFolder whether a folder is copied
     * @param target as it was asked for
     * @param exists whether the target is there
     * @param targetIsFolder whether it is a folder
     * @param where the target is, for messages
     * @throws IOException when it cannot be copied there
     */
    static CopyNames of(
            String own, boolean isFolder, String target, boolean exists, boolean targetIsFolder, String where)
            throws IOException {
        if (targetIsFolder) {
            return new CopyNames(target, own);
        }
        if (exists && isFolder) {
            throw new IOException(target + " " + where + " is a file, and a folder cannot take its place");
        }
        if (target.endsWith("/") && !isFolder) {
            throw new IOException("there is no folder " + target + " " + where + "; make it first");
        }
        String plain = withoutSlashes(target);
        int slash = plain.lastIndexOf('/');
        String folder = slash < 0 ? "." : plain.substring(0, slash + 1);
        return new CopyNames(folder, plain.substring(slash + 1));
    }

    /** The last name of a path; "." where it has none of its own. */
    static String last(String path) {
        String plain = withoutSlashes(path);
        String name = plain.substring(plain.lastIndexOf('/') + 1);
        return name.isEmpty() || name.equals("..") ? "." : name;
    }

    private static String withoutSlashes(String path) {
        int end = path.length();
        while (end > 1 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }
}
