package io.windlass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Walks all commands: what holds for one holds for the next one that is added. */
class EveryCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(List<String> arguments) {
        return Windlass.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.toArray(String[]::new));
    }

    /** Names from the root's subcommands on. */
    static Stream<List<String>> commands() {
        List<List<String>> found = new ArrayList<>();
        collect(Windlass.commandLine(), List.of(), found);
        return found.stream();
    }

    private static void collect(CommandLine command, List<String> names, List<List<String>> found) {
        if (command.getSubcommands().isEmpty() && !names.getLast().equals("generate-completion")) {
            found.add(names);
        }
        command.getSubcommands().forEach((name, sub) -> {
            List<String> longer = new ArrayList<>(names);
            longer.add(name);
            collect(sub, longer, found);
        });
    }

    private static CommandLine command(List<String> names) {
        CommandLine at = Windlass.commandLine();
        for (String name : names) {
            at = Objects.requireNonNull(at.getSubcommands().get(name), name);
        }
        return at;
    }

    @ParameterizedTest
    @MethodSource("commands")
    void has_help_that_describes_each_argument(List<String> names) {
        List<String> asking = new ArrayList<>(names);
        asking.add("--help");

        assertThat(run(asking)).isZero();
        assertThat(out.toString()).contains(String.join(" ", names)).contains("--output=FORMAT");
        assertThat(command(names).getCommandSpec().args())
                .filteredOn(argument -> argument.description().length == 0)
                .extracting(ArgSpec::toString)
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void is_completed_with_its_options(List<String> names) {
        assertThat(run(List.of("generate-completion"))).isZero();
        assertThat(out.toString())
                .contains(
                        "function _picocli_windlass_" + String.join("_", names).replace("-", "") + "()");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void bash_completes_its_name_and_its_options(List<String> names) throws Exception {
        run(List.of("generate-completion"));
        Path script = Files.writeString(folder.resolve("completion"), out.toString());
        String last = names.getLast();
        String before = String.join(" ", names.subList(0, names.size() - 1));

        assertThat(completed(script, before, last.substring(0, last.length() - 1)))
                .contains(last);
        assertThat(completed(script, String.join(" ", names), "--")).contains("--output", "--help", "--socket");
    }

    /** What bash offers for the last word of a command line. */
    private static List<String> completed(Path script, String before, String word) throws Exception {
        Process bash = new ProcessBuilder("bash", "--norc", "-c", """
                . "$1"
                COMP_WORDS=(windlass $2 "$3")
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                COMP_LINE="${COMP_WORDS[*]}"
                COMP_POINT=${#COMP_LINE}
                $(complete -p windlass | sed 's/.*-F \\([^ ]*\\).*/\\1/') windlass "$3" windlass
                printf '%s\n' "${COMPREPLY[@]}"
                """, "bash", script.toString(), before, word)
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(said).isZero();
        return said.lines().map(String::strip).toList();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void tells_what_to_check_when_there_is_no_daemon(List<String> names) throws Exception {
        Path archive = Files.writeString(folder.resolve("archive"), "x");
        List<String> arguments = new ArrayList<>(names);
        CommandLine command = command(names);
        for (OptionSpec option : command.getCommandSpec().options()) {
            if (option.required()) {
                arguments.addAll(List.of(option.longestName(), archive.toString()));
            }
        }
        for (PositionalParamSpec positional : command.getCommandSpec().positionalParameters()) {
            for (int i = 0; i < Math.max(1, positional.arity().min()); i++) {
                arguments.add(
                        switch (positional.paramLabel()) {
                            case "FILE", "TARGET" -> archive.toString();
                            case "SOURCE" -> "container:/path";
                            default -> "x";
                        });
            }
        }
        arguments.addAll(
                List.of("-o", "json", "--socket", "/nonexistent/a.sock", "--node-socket", "/nonexistent/b.sock"));

        int code = run(arguments);

        assertThat(code).as(err.toString()).isEqualTo(1);
        assertThat(err.toString() + out).contains("cannot reach the daemon");
    }
}
