package io.windlass.pod.container;

/** What a command wrote, at most 16 MiB of each stream, and how it ended (128 + N for signal N). */
public final class ExecSyncResult {
    private final byte[] stdout;
    private final byte[] stderr;
    private final int exitCode;

    public ExecSyncResult(byte[] stdout, byte[] stderr, int exitCode) {
        this.stdout = stdout.clone();
        this.stderr = stderr.clone();
        this.exitCode = exitCode;
    }

    public byte[] stdout() {
        return stdout.clone();
    }

    public byte[] stderr() {
        return stderr.clone();
    }

    public int exitCode() {
        return exitCode;
    }
}
