package io.windlass.cri.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import org.jboss.logging.Logger.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallLogTest {
    @ParameterizedTest
    @CsvSource({
        "RunPodSandbox, OK, INFO",
        "RunPodSandbox, NOT_FOUND, WARN",
        "ContainerStatus, OK, DEBUG",
        "ContainerStatus, NOT_FOUND, DEBUG",
        "ListContainers, DEADLINE_EXCEEDED, WARN",
        "ContainerStatus, INTERNAL, ERROR"
    })
    void readsAreLoggedAtDebugAndFailuresMoreLoudly(String rpc, Status.Code code, Level level) {
        assertThat(CallLog.level(rpc, Status.fromCode(code))).isEqualTo(level);
    }

    @Test
    void commandsOfProbesAreLoggedAtDebugUnlessTheyFail() {
        assertThat(CallLog.level("ExecSync", Status.OK)).isEqualTo(Level.DEBUG);
        assertThat(CallLog.level("ExecSync", Status.NOT_FOUND)).isEqualTo(Level.WARN);
        assertThat(CallLog.level("ExecSync", Status.DEADLINE_EXCEEDED)).isEqualTo(Level.WARN);
        assertThat(CallLog.level("Exec", Status.OK)).isEqualTo(Level.INFO);
    }
}
