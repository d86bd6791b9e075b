package io.windlass.pod.container;

import io.windlass.runtime.shim.ShimStream;
import java.nio.ByteBuffer;

/** A shim's stream as a container's; outputs that the caller did not ask for are read and dropped. */
final class ShimContainerStream implements ContainerStream {
    private final ShimStream stream;
    private final boolean stdout;
    private final boolean stderr;

    ShimContainerStream(ShimStream stream, boolean stdout, boolean stderr) {
        this.stream = stream;
        this.stdout = stdout;
        this.stderr = stderr;
    }

    @Override
    public Output read() {
        while (true) {
            switch (stream.read()) {
                case ShimStream.Frame.StdOut(var data) -> {
                    if (stdout) {
                        return new Output.StdOut(data);
                    }
                }
                case ShimStream.Frame.StdErr(var data) -> {
                    if (stderr) {
                        return new Output.StdErr(data);
                    }
                }
                case ShimStream.Frame.Exited(int code, int _) -> {
                    return new Output.Exited(code);
                }
                case ShimStream.Frame.End() -> {
                    return new Output.End();
                }
            }
        }
    }

    @Override
    public void stdin(byte[] bytes, int offset, int length) {
        stream.stdin(ByteBuffer.wrap(bytes, offset, length));
    }

    @Override
    public void closeStdin() {
        stream.closeStdin();
    }

    @Override
    public void resize(int columns, int rows) {
        stream.resize(columns, rows);
    }

    @Override
    public void close() {
        stream.close();
    }
}
