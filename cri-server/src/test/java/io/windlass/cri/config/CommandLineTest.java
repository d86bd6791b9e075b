package io.windlass.cri.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {
    @TempDir
    private Path folder;

    @Test
    void pathsBeatTheConfigurationFile() throws IOException {
        Path file = Files.writeString(folder.resolve("c.toml"), "root = \"/file/root\"\nstate = \"/file/state\"\n");

        Config config = CommandLine.parse("--config", file.toString(), "--root=/flag/root")
                .config();

        assertThat(config.root()).hasToString("/flag/root");
        assertThat(config.state()).hasToString("/file/state");
        assertThat(config.server().listen()).hasToString("/file/state/windlass.sock");
    }

    @Test
    void theSocketLiesInTheStateFolderUnlessItIsNamed() {
        assertThat(CommandLine.parse("--state", "/s").config().server().listen())
                .hasToString("/s/windlass.sock");
        assertThat(CommandLine.parse("--state", "/s", "--listen", "/l.sock")
                        .config()
                        .server()
                        .listen())
                .hasToString("/l.sock");
    }

    @Test
    void relativePathsBecomeAbsolute() {
        assertThat(CommandLine.parse("--root", "x/../y").config().root())
                .isEqualTo(Path.of("y").toAbsolutePath());
    }

    @Test
    void whatIsWantedIsRecognised() {
        assertThat(CommandLine.parse().action()).isEqualTo(CommandLine.Action.RUN);
        assertThat(CommandLine.parse("--help").action()).isEqualTo(CommandLine.Action.HELP);
        assertThat(CommandLine.parse("--version").action()).isEqualTo(CommandLine.Action.VERSION);
        assertThat(CommandLine.parse("--check-config").action()).isEqualTo(CommandLine.Action.CHECK_CONFIG);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --rot /x           | unknown argument --rot; did you mean --root?
            --rot=/x           | unknown argument --rot; did you mean --root?
            start              | unknown argument start; see windlassd --help
            --root             | --root needs a path
            --root=            | --root needs a path
            --root /a --root=b | --root is given twice
            """)
    void whatIsNotUnderstoodIsRefused(String arguments, String message) {
        assertThatThrownBy(() -> CommandLine.parse(arguments.split(" ", -1)))
                .isInstanceOf(Fault.class)
                .hasMessage(message);
    }
}
