package io.windlass.linux;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** Opening, making, naming and reading files. See {@link Syscalls}. */
public interface FileSyscalls {
    /** Opens by path, following symbolic links unless {@code flags} has {@link OpenFlags#NO_FOLLOW}. */
    Fd open(Path path, int flags, int mode);

    /** Opens below a directory, confined by RESOLVE_* flags. */
    Fd openat2(Fd directory, String path, long flags, long mode, long resolve);

    void mkdirat(Fd directory, String name, int mode);

    /**
     * @param mode a type of {@link FileMode} and permission bits
     * @param device in the form of {@link FileStat.Device#encoded()}; ignored but for device nodes
     */
    void mknodat(Fd directory, String name, int mode, long device);

    void symlinkat(String target, Fd directory, String name);

    void linkat(Fd fromDirectory, String from, Fd toDirectory, String to, int flags);

    void unlinkat(Fd directory, String name, int flags);

    void renameat2(Fd fromDirectory, String from, Fd toDirectory, String to, int flags);

    String readlinkat(Fd directory, String name);

    /** The names in a directory that was opened for reading, without "." and "..", in no order. */
    List<String> list(Fd directory);

    /** Describes the named file, or with an empty name the open file itself. */
    FileStat statx(Fd directory, String name);

    FsStat statfs(Path path);

    void fsync(Fd file);

    void syncfs(Fd anyFileOnIt);

    /** Has what was written begin its way to the disk; see sync_file_range(2). Says nothing of when it is there. */
    void startWriteback(Fd file);

    void ftruncate(Fd file, long length);

    /** Writes from the buffer's position, moves it, and returns how many bytes were taken. */
    int write(Fd file, ByteBuffer buffer);

    /** As {@link #write} at an offset of the file. */
    int pwrite(Fd file, ByteBuffer buffer, long offset);

    /** Reads into the buffer from its position, moves it, and returns how many bytes came; 0 is the end. */
    int read(Fd file, ByteBuffer buffer);

    /** As {@link #read} at an offset of the file. */
    int pread(Fd file, ByteBuffer buffer, long offset);
}
