package io.windlass.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RecordingSyscallsTest {
    private final RecordingSyscalls kernel = new RecordingSyscalls();

    @Test
    void notes_calls_in_order_and_descriptors_that_stay_open() {
        Fd directory = kernel.open(Path.of("/x"), OpenFlags.PATH, 0);
        kernel.setxattr(directory, "f", "user.a".getBytes(StandardCharsets.UTF_8), new byte[] {'y'});
        assertThat(kernel.openDescriptors()).containsExactly(100);
        directory.close();
        assertThat(kernel.calls())
                .containsExactly("open /x " + OpenFlags.PATH + " 0", "setxattr fd 100 f user.a y", "close fd 100");
        assertThat(kernel.openDescriptors()).isEmpty();
    }

    @Test
    void answers_and_fails_as_told() {
        kernel.answering("readlinkat", "first").failing("mkdirat cwd etc", Errno.EEXIST);
        assertThat(kernel.readlinkat(Fd.WORKING_DIRECTORY, "l")).isEqualTo("first");
        assertThat(kernel.readlinkat(Fd.WORKING_DIRECTORY, "l")).isEmpty();
        assertThatThrownBy(() -> kernel.mkdirat(Fd.WORKING_DIRECTORY, "etc", 0755))
                .hasMessage("mkdirat cwd etc 493: EEXIST (file exists)");
        kernel.mkdirat(Fd.WORKING_DIRECTORY, "usr", 0755);
    }
}
