package io.windlass.cri.server;

import io.grpc.Status;
import java.util.Locale;
import org.jboss.logging.Logger;

/**
 * The one line that a call leaves in the log: the RPC, what it was about, how long it took, how it ended.
 *
 * <p>Reads and polls are logged at debug, and so are commands by ExecSync, which probes run every few seconds, unless they fail. Requests are never printed whole, because they may carry credentials.
 */
final class CallLog {
    private static final Logger LOG = Logger.getLogger("io.windlass.cri.rpc");

    private final String rpc;
    private final long begin = System.nanoTime();
    private String subject = "";

    CallLog(String rpc) {
        this.rpc = rpc;
    }

    void request(Object message) {
        subject = RequestSubject.of(message);
    }

    void end(Status status) {
        Logger.Level level = level(rpc, status);
        if (!LOG.isEnabled(level)) {
            return;
        }
        double milliseconds = (System.nanoTime() - begin) / 1e6;
        String outcome = status.isOk() ? "ok" : status.getCode() + ": " + status.getDescription();
        String line = String.format(Locale.ROOT, "%s%s %.1f ms %s", rpc, subject, milliseconds, outcome);
        Throwable cause = status.getCause();
        boolean unexpected = status.getCode() == Status.Code.INTERNAL && cause != null;
        LOG.log(level, line, unexpected || LOG.isDebugEnabled() ? cause : null);
    }

    static Logger.Level level(String rpc, Status status) {
        boolean read = rpc.startsWith("List")
                || rpc.startsWith("Stream")
                || rpc.endsWith("Status")
                || rpc.endsWith("Stats")
                || rpc.equals("Version")
                || rpc.equals("ImageFsInfo")
                || rpc.equals("RuntimeConfig");
        return switch (status.getCode()) {
            case OK -> read || rpc.equals("ExecSync") ? Logger.Level.DEBUG : Logger.Level.INFO;
            case INTERNAL, DATA_LOSS, UNKNOWN -> Logger.Level.ERROR;
            case NOT_FOUND, UNIMPLEMENTED -> read ? Logger.Level.DEBUG : Logger.Level.WARN;
            default -> Logger.Level.WARN;
        };
    }
}
