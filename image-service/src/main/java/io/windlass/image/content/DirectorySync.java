package io.windlass.image.content;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Makes renames durable: a file's new name is on disk only when its directory is synced. */
public final class DirectorySync {
    private DirectorySync() {}

    public static void sync(@Nullable Path directory) {
        if (directory == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw ContentStore.failure("sync folder " + directory, e);
        }
    }
}
