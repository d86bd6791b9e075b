package io.windlass.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.StatusRequest;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Containers that ask for devices by Container Device Interface names, over the CRI socket of the built daemon. */
@RequiresRoot
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class CdiOverTheSocketIT {
    private static final String POD = "devices";

    @TempDir
    private static Path folder;

    private CriNode node;
    private Path shared;

    @BeforeAll
    void start() throws Exception {
        node = new CriNode(folder);
        node.pull();
        shared = node.shared();
        Files.writeString(shared.resolve("library"), "of the vendor");
    }

    @AfterEach
    void removePods() throws IOException {
        node.removePods();
        Files.deleteIfExists(node.cdiFolder().resolve("vendor.yaml"));
        Files.deleteIfExists(node.cdiFolder().resolve("other.json"));
    }

    @AfterAll
    void stop() throws Exception {
        try (CriNode ended = node) {
            assertThat(ended.end()).isIn(0, 143);
        }
    }

    @Test
    void aDeviceBringsItsNodeItsVariablesItsMountsAndItsHooks() throws Exception {
        Files.createDirectories(node.cdiFolder());
        Files.writeString(node.cdiFolder().resolve("vendor.yaml"), """
                cdiVersion: 0.7.0
                kind: vendor.test/zeros
                containerEdits:
                  env: [VENDOR=test]
                devices:
                - name: first
                  containerEdits:
                    deviceNodes:
                    - {path: /dev/zeros0, hostPath: /dev/zero}
                    - {path: /dev/seen, type: c, major: 10, minor: 200, permissions: none}
                    mounts: [{hostPath: %1$s, containerPath: /usr/lib/vendor, options: [ro, rbind, nosuid]}]
                    additionalGids: [4711]
                    hooks: [{hookName: createRuntime, path: /bin/touch, args: [touch, %1$s/hooked], timeout: 5}]
                - name: second
                  containerEdits:
                    env: [SECOND=yes]
                """.formatted(shared));
        ContainerConfig.Builder config =
                CriNode.shell("main", """
                head -c 3 /dev/zeros0 | cat -v; echo " $VENDOR $SECOND"; cat /usr/lib/vendor/library; echo
                cat /dev/seen 2>&1
                touch /usr/lib/vendor/new 2>/dev/null || echo readonly
                while read key value; do [ "$key" != Groups: ] || echo groups $value; done </proc/self/status
                """).putAnnotations("cdi.k8s.io/vendor_second", "vendor.test/zeros=second");
        config.addCDIDevicesBuilder().setName("vendor.test/zeros=first");
        assertThat(output(config))
                .containsExactly(
                        "^@^@^@ test yes",
                        "of the vendor",
                        "cat: can't open '/dev/seen': Operation not permitted",
                        "readonly",
                        "groups 0 4711");
        assertThat(shared.resolve("hooked")).exists();
    }

    @Test
    void whatChangesInTheFoldersHoldsForTheNextContainer() throws Exception {
        ContainerConfig.Builder config = CriNode.shell("main", "echo $WHICH");
        config.addCDIDevicesBuilder().setName("vendor.test/thing=it");
        String pod = node.runPod(POD);
        assertThatThrownBy(() -> node.create(pod, POD, config.clone()))
                .hasMessageStartingWith("FAILED_PRECONDITION")
                .hasMessageContaining(
                        "cannot use CDI device vendor.test/thing=it: there is no CDI device vendor.test/thing=it in "
                                + node.cdiFolder());
        Files.createDirectories(node.cdiFolder());
        Path file = node.cdiFolder().resolve("other.json");
        for (String which : new String[] {"one", "two"}) {
            Files.writeString(file, """
                    {"cdiVersion": "0.3.0", "kind": "vendor.test/thing",
                     "devices": [{"name": "it", "containerEdits": {"env": ["WHICH=%s"]}}]}""".formatted(which));
            ContainerConfig.Builder next = config.clone();
            next.getMetadataBuilder().setName(which);
            next.setLogPath(which + ".log");
            String container = node.create(pod, POD, next);
            node.start(container);
            node.awaitExit(container);
            assertThat(Files.readString(node.log(POD, which))).endsWith(" F " + which + "\n");
        }
    }

    @Test
    void aFileThatIsWrongIsNamedInTheStatusAndInRefusals() throws IOException {
        Files.createDirectories(node.cdiFolder());
        Path wrong = node.cdiFolder().resolve("vendor.yaml");
        Files.writeString(wrong, "{cdiVersion: 0.3.0, kind: v/c, devices: [{name: 0, containerEdits: {env: [A=b]}}]}");
        String told = wrong + ": cdiVersion is 0.3.0, but a device name that begins with a digit needs at least 0.5.0";
        ContainerConfig.Builder config = CriNode.shell("main", "true");
        config.addCDIDevicesBuilder().setName("v/c=0");
        String pod = node.runPod(POD);
        assertThatThrownBy(() -> node.create(pod, POD, config)).hasMessageContaining("; not read: " + told);
        assertThat(node.runtime()
                        .status(StatusRequest.newBuilder().setVerbose(true).build())
                        .getInfoOrThrow("cdi"))
                .isEqualTo("{\"specDirs\":[\"%s\"],\"devices\":[],\"problems\":{\"%s\":\"%s\"},\"conflicts\":{}}"
                        .formatted(
                                node.cdiFolder(),
                                wrong,
                                told.substring(wrong.toString().length() + 2)));
    }

    private List<String> output(ContainerConfig.Builder config) throws Exception {
        String container = node.create(node.runPod(POD), POD, config);
        node.start(container);
        node.awaitExit(container);
        return Files.readAllLines(node.log(POD, "main")).stream()
                .map(line -> line.split(" ", 4)[3])
                .toList();
    }
}
