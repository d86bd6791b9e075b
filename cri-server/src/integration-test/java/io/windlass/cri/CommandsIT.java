package io.windlass.cri;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.windlass.testkit.RequiresRoot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The command windlass as a process of its own, from one end to the other: what it does on the built daemon, and what it prints for programs. */
@RequiresRoot
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class CommandsIT {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final Path COMMAND = Path.of("..", "cli", "target");

    @TempDir
    private static Path folder;

    private CriNode node;

    @BeforeAll
    void start() throws Exception {
        assertThat(COMMAND.resolve("lib"))
                .as("the module cli, which has to be built before")
                .isDirectory();
        node = new CriNode(folder);
    }

    @AfterEach
    void removePods() {
        node.removePods();
    }

    @AfterAll
    void stop() throws Exception {
        try (CriNode ended = node) {
            assertThat(ended.end()).isIn(0, 143);
        }
    }

    @Test
    void every_command_prints_json_that_says_what_it_did() throws Exception {
        assertThat(json("version").path("runtimeName").asText()).isEqualTo("windlass");
        assertThat(json("status").isObject()).isTrue();

        // Images.
        assertThat(json("images", "pull", CriNode.IMAGE).isObject()).isTrue();
        assertThat(json("images", "pull", "--explain", CriNode.IMAGE).isObject())
                .isTrue();
        assertThat(json("images", "ls").toString()).contains(CriNode.IMAGE);
        assertThat(json("images", "inspect", CriNode.IMAGE).isObject()).isTrue();
        assertThat(json("images", "history", CriNode.IMAGE).isObject()).isTrue();
        assertThat(json("images", "verify").isObject()).isTrue();
        Path archive = folder.resolve("saved.tar");
        assertThat(json("images", "save", "--file", archive.toString(), CriNode.IMAGE)
                        .isObject())
                .isTrue();
        assertThat(json("images", "load", "--input", archive.toString()).toString())
                .contains("busybox");

        // Pods and containers.
        String pod = json("pods", "run", "commands").path("podSandboxId").asText();
        assertThat(json("pods", "ls").toString()).contains(pod);
        String container = json(
                        "containers",
                        "run",
                        pod,
                        CriNode.IMAGE,
                        "--",
                        "sh",
                        "-c",
                        "echo hello > /tmp/said; while true; do sleep 1000; done")
                .path("containerId")
                .asText();
        assertThat(json("containers", "ls").toString()).contains(container);
        assertThat(json("containers", "inspect", container).toString()).contains("CONTAINER_RUNNING");
        assertThat(json("containers", "stats").toString()).contains(container);
        assertThat(json("containers", "timeline", container).isContainerNode()).isTrue();
        assertThat(json("containers", "exec", container, "echo", "said").toString())
                .contains(base64("said\n"));

        // Files of containers.
        Files.writeString(folder.resolve("note"), "from the node\n");
        assertThat(json("cp", folder.resolve("note").toString(), container + ":/tmp/")
                        .isObject())
                .isTrue();
        assertThat(json("containers", "exec", container, "cat", "/tmp/note").toString())
                .contains(base64("from the node\n"));
        assertThat(json("cp", container + ":/tmp/said", folder.resolve("said").toString())
                        .isObject())
                .isTrue();
        assertThat(folder.resolve("said")).hasContent("hello\n");
        // One for each file, as they come: a container may have changed many.
        assertThat(printed("diff", container).lines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(JSON.readTree(line).isObject()).isTrue())
                .anyMatch(line -> line.contains("/tmp/said"));
        Path tree = folder.resolve("tree.tar");
        assertThat(json("export", "--file", tree.toString(), container).isObject())
                .isTrue();
        assertThat(json("images", "import", tree.toString(), "registry.test/imported:1")
                        .toString())
                .contains("sha256:");
        String committed = node.registryHost() + "/committed:1";
        assertThat(json("commit", container, committed).toString()).contains("sha256:");
        assertThat(json("images", "push", committed).isObject()).isTrue();

        // Their end.
        assertThat(json("containers", "stop", "--timeout", "0", container).isObject())
                .isTrue();
        assertThat(json("containers", "rm", container).toString()).contains(container);
        assertThat(json("pods", "rm", pod).toString()).contains(pod);
        assertThat(json("burn-in", "--pods", "1", "--warm-up", "0", CriNode.IMAGE)
                        .isContainerNode())
                .isTrue();
        assertThat(json("images", "rm", "registry.test/imported:1").toString()).contains("registry.test/imported:1");
        assertThat(json("images", "prune").isObject()).isTrue();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What it prints, all of which must be one value. */
    private JsonNode json(String... arguments) throws Exception {
        return JSON.readTree(printed(arguments));
    }

    private String printed(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                COMMAND.resolve("classes") + ":" + COMMAND.resolve("lib") + "/*",
                "io.windlass.cli.Windlass",
                "--socket",
                node.state().resolve("windlass.sock").toString(),
                "-o",
                "json"));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue())
                .as(String.join(" ", arguments) + ": " + Files.readString(err) + Files.readString(out))
                .isZero();
        return Files.readString(out);
    }
}
