package io.windlass.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.windlass.cri.v1.ImageSpec;
import io.windlass.cri.v1.ListImagesRequest;
import io.windlass.cri.v1.PodSandboxConfig;
import io.windlass.cri.v1.PullImageRequest;
import io.windlass.image.testing.Cosigner;
import io.windlass.image.testing.DockerRegistry;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.Pusher;
import io.windlass.image.testing.TarBuilder;
import io.windlass.testkit.RequiresRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Signature policies of a node and of namespaces, over the CRI socket of the built daemon. */
@RequiresRoot
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class SignedImagesOverTheSocketIT {
    private static final Cosigner TRUSTED = Cosigner.make();

    @TempDir
    private static Path folder;

    private CriNode node;

    @BeforeAll
    void start() throws Exception {
        Path key = Files.writeString(folder.resolve("trusted.pub"), TRUSTED.publicKey());
        Path policy = Files.writeString(folder.resolve("policy.json"), """
                {"default": [{"type": "sigstoreSigned", "keyPath": "%s"}]}
                """.formatted(key));
        Path namespaces = Files.createDirectory(folder.resolve("policies"));
        Files.writeString(namespaces.resolve("open.json"), "{\"default\": [{\"type\": \"insecureAcceptAnything\"}]}");
        Files.writeString(namespaces.resolve("closed.json"), "{\"default\": [{\"type\": \"reject\"}]}");
        Files.writeString(namespaces.resolve("broken.json"), "{\"default\": [\n]}");
        Files.createDirectory(folder.resolve("config.d"));
        Files.writeString(folder.resolve("config.d/trust.toml"), """
                [image]
                signature_policy = "%s"
                signature_policy_dir = "%s"
                """.formatted(policy, namespaces));
        node = new CriNode(folder);
        Files.createDirectories(folder.resolve("certs.d/signed.test"));
        Files.writeString(folder.resolve("certs.d/signed.test/hosts.toml"), "server = \"" + node.registry() + "\"\n");
        try (DockerRegistry registry = DockerRegistry.start(folder.resolve("registry"))) {
            Pusher pusher = new Pusher(registry.url());
            for (String tag : new String[] {"signed", "unsigned"}) {
                ImageBuilder.Built image = new ImageBuilder()
                        .gzipLayer(new TarBuilder().file("tag", tag).build())
                        .build();
                pusher.push("app", tag, image);
                if (tag.equals("signed")) {
                    pusher.push(
                            "app",
                            Cosigner.tag(image.digest()),
                            TRUSTED.signature(image.digest(), "signed.test/app:signed"));
                }
            }
        }
    }

    @AfterAll
    void stop() throws Exception {
        try (CriNode ended = node) {
            assertThat(ended.end()).isIn(0, 143);
        }
    }

    private String pull(String tag, String namespace) {
        PullImageRequest.Builder request =
                PullImageRequest.newBuilder().setImage(ImageSpec.newBuilder().setImage("signed.test/app:" + tag));
        if (!namespace.isEmpty()) {
            PodSandboxConfig.Builder pod = request.getSandboxConfigBuilder();
            pod.getMetadataBuilder().setName("pod").setUid("uid").setNamespace(namespace);
        }
        return node.images().pullImage(request.build()).getImageRef();
    }

    /** kubelet looks at the beginning of the text, and only where the code is UNKNOWN. */
    private void assertUntrusted(String tag, String namespace, String place, String reason) {
        assertThatThrownBy(() -> pull(tag, namespace)).isInstanceOfSatisfying(StatusRuntimeException.class, failure -> {
            assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
            assertThat(failure.getStatus().getDescription())
                    .startsWith("SignatureValidationFailed: cannot pull image signed.test/app:" + tag + ": "
                            + folder.resolve(place) + ":1, default, requirement 1 (")
                    .contains(reason);
        });
        assertThat(node.images()
                        .listImages(ListImagesRequest.getDefaultInstance())
                        .getImagesList())
                .noneMatch(image -> image.getRepoTagsList().contains("signed.test/app:" + tag));
    }

    @Test
    void theNamespaceOfThePodChoosesThePolicy() {
        assertUntrusted("unsigned", "", "policy.json", "nobody has signed");
        assertUntrusted("unsigned", "other", "policy.json", "nobody has signed");
        assertUntrusted("signed", "closed", "policies/closed.json", "no image of this scope may be used");
        assertThatThrownBy(() -> pull("signed", "broken"))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION))
                .hasMessageContaining(folder.resolve("policies/broken.json") + ":1: the list of requirements");

        assertThat(pull("signed", "")).startsWith("sha256:");
        assertThat(pull("signed", "other")).startsWith("sha256:");
        assertThat(pull("unsigned", "open")).startsWith("sha256:");
    }
}
