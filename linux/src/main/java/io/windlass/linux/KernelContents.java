package io.windlass.linux;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** What is in files: reading, writing, and keeping it. A part of {@link Kernel}. */
interface KernelContents extends FileSyscalls {
    /** Begin to write, and do not wait. */
    int SYNC_FILE_RANGE_WRITE = 2;

    @Override
    default void fsync(Fd file) {
        try (Call call = new Call(SystemCall.FSYNC)) {
            call.run(file.toString(), file.number());
        }
    }

    @Override
    default void syncfs(Fd anyFileOnIt) {
        try (Call call = new Call(SystemCall.SYNCFS)) {
            call.run(anyFileOnIt.toString(), anyFileOnIt.number());
        }
    }

    @Override
    default void startWriteback(Fd file) {
        try (Call call = new Call(SystemCall.SYNC_FILE_RANGE)) {
            call.run(file.toString(), file.number(), 0, 0, SYNC_FILE_RANGE_WRITE);
        }
    }

    @Override
    default void ftruncate(Fd file, long length) {
        try (Call call = new Call(SystemCall.FTRUNCATE)) {
            call.run(file.toString(), file.number(), length);
        }
    }

    @Override
    default int write(Fd file, ByteBuffer buffer) {
        return output(SystemCall.WRITE, file, buffer, 0);
    }

    @Override
    default int pwrite(Fd file, ByteBuffer buffer, long offset) {
        return output(SystemCall.PWRITE64, file, buffer, offset);
    }

    private static int output(SystemCall number, Fd file, ByteBuffer buffer, long offset) {
        try (Call call = new Call(number)) {
            MemorySegment data = MemorySegment.ofBuffer(buffer);
            MemorySegment memory = data;
            if (!data.isNative()) {
                memory = call.zeroed(buffer.remaining());
                memory.copyFrom(data);
            }
            int taken = (int) call.run(file.toString(), file.number(), Call.address(memory), data.byteSize(), offset);
            buffer.position(buffer.position() + taken);
            return taken;
        }
    }

    @Override
    default int read(Fd file, ByteBuffer buffer) {
        return input(SystemCall.READ, file, buffer, 0);
    }

    @Override
    default int pread(Fd file, ByteBuffer buffer, long offset) {
        return input(SystemCall.PREAD64, file, buffer, offset);
    }

    private static int input(SystemCall number, Fd file, ByteBuffer buffer, long offset) {
        try (Call call = new Call(number)) {
            MemorySegment data = MemorySegment.ofBuffer(buffer);
            MemorySegment memory = data.isNative() ? data : call.zeroed(buffer.remaining());
            int came = (int) call.run(file.toString(), file.number(), Call.address(memory), data.byteSize(), offset);
            if (!data.isNative()) {
                MemorySegment.copy(memory, 0, data, 0, came);
            }
            buffer.position(buffer.position() + came);
            return came;
        }
    }
}
