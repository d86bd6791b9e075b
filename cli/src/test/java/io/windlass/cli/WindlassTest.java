package io.windlass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class WindlassTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Windlass.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    @Test
    void every_command_explains_itself() {
        List<String> silent = new ArrayList<>();
        collectWithoutDescription(Windlass.commandLine(), silent);
        assertThat(silent).isEmpty();
    }

    private static void collectWithoutDescription(CommandLine command, List<String> silent) {
        if (command.getCommandSpec().usageMessage().description().length == 0) {
            silent.add(command.getCommandSpec().qualifiedName());
        }
        command.getSubcommands().values().forEach(sub -> collectWithoutDescription(sub, silent));
    }

    @Test
    void a_missing_daemon_is_told_with_what_to_check() {
        assertThat(run("--socket", "/nonexistent/windlass.sock", "version")).isEqualTo(1);
        assertThat(err.toString()).contains("cannot reach the daemon").contains("--socket");
    }

    @Test
    void a_wrong_command_line_is_refused_with_exit_code_2() {
        assertThat(run("pods", "walk")).isEqualTo(2);
        assertThat(err.toString()).contains("walk");
    }

    @Test
    void prints_a_completion_script() {
        assertThat(run("generate-completion")).isZero();
        assertThat(out.toString()).contains("complete -F").contains("burn-in");
    }
}
