package io.windlass.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.hosts.RegistrySources;
import io.windlass.image.hosts.RegistrySources.Kind;
import io.windlass.image.manifest.MediaTypes;
import io.windlass.image.progress.Pull;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageId;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.DownloadLimits;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.testing.Cosigner;
import io.windlass.image.testing.DockerRegistry;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.Pusher;
import io.windlass.image.testing.TarBuilder;
import io.windlass.image.trust.SignaturePolicies;
import io.windlass.image.unpack.UnpackLimits;
import io.windlass.linux.Kernel;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signature policies against a real registry, whose images are signed as cosign signs them. */
@RequiresRoot
class SignedImagesIT {
    private static final Cosigner TRUSTED = Cosigner.make();
    private static final Cosigner STRANGER = Cosigner.make();
    private static final String REPOSITORY = "r.example/team/app";

    @TempDir
    private static Path registryFolder;

    private static DockerRegistry registry;
    private static Pusher pusher;

    @TempDir
    private Path root;

    @TempDir
    private Path node;

    private Path policy;
    private ImageService images;

    @BeforeAll
    static void startRegistry() throws Exception {
        registry = DockerRegistry.start(registryFolder);
        pusher = new Pusher(registry.url());
        sign(push("signed", "s"), TRUSTED, REPOSITORY + ":signed");
        push("unsigned", "u");
        sign(push("stranger", "t"), STRANGER, REPOSITORY + ":stranger");
        // What an attacker does who may push: an old good signature, moved to another image or to another tag.
        ImageBuilder.Built other = push("moved", "m");
        byte[] payload = Cosigner.payload(push("old", "o").digest(), REPOSITORY + ":moved");
        put(other, payload, Base64.getEncoder().encodeToString(TRUSTED.sign(payload)));
        sign(push("old", "o"), TRUSTED, REPOSITORY + ":old");
        push("latest", "o");
        ImageBuilder.Built bent = push("bent", "b");
        put(
                bent,
                Cosigner.payload(bent.digest(), REPOSITORY + ":bent"),
                Base64.getEncoder()
                        .encodeToString(TRUSTED.sign(Cosigner.payload(bent.digest(), REPOSITORY + ":other"))));
        ImageBuilder.Built noise = push("noise", "n");
        put(noise, Cosigner.payload(noise.digest(), REPOSITORY + ":noise"), "*no base64*");
        // cosign writes the repository alone, unless told otherwise.
        sign(push("plain", "p"), TRUSTED, REPOSITORY);
    }

    private static ImageBuilder.Built image(String content) {
        return new ImageBuilder()
                .gzipLayer(new TarBuilder().file("content", content).build())
                .build();
    }

    private static ImageBuilder.Built push(String tag, String content) {
        ImageBuilder.Built image = image(content);
        pusher.push("team/app", tag, image);
        return image;
    }

    private static void sign(ImageBuilder.Built image, Cosigner by, String name) {
        pusher.push("team/app", Cosigner.tag(image.digest()), by.signature(image.digest(), name));
    }

    private static void put(ImageBuilder.Built image, byte[] payload, String signature) {
        pusher.push("team/app", Cosigner.tag(image.digest()), Cosigner.artifact(payload, signature));
    }

    @AfterAll
    static void stopRegistry() {
        if (registry != null) {
            registry.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        Files.writeString(node.resolve("trusted.pub"), TRUSTED.publicKey());
        policy = node.resolve("policy.json");
        Files.createDirectories(node.resolve("certs.d/r.example"));
        // The name is that of a registry, the content that of a server in its place; so are the signatures.
        Files.writeString(node.resolve("certs.d/r.example/hosts.toml"), "server = \"" + registry.url() + "\"\n");
        require("");
        images = ImageService.open(
                root,
                new ImageConfig(Map.of(), 4, List.of(), UnpackLimits.DEFAULT)
                        .with(
                                new RegistrySources(
                                        List.of(Kind.CERTS_D),
                                        List.of(node.resolve("certs.d")),
                                        node.resolve("registries.conf"),
                                        false,
                                        List.of()),
                                Optional.empty(),
                                DownloadLimits.DEFAULT)
                        .with(new SignaturePolicies(Optional.of(policy), Optional.of(node))),
                new Kernel());
    }

    @AfterEach
    void close() {
        images.close();
    }

    private void require(String identity) throws IOException {
        Files.writeString(policy, """
                {
                  "default": [{"type": "reject"}],
                  "transports": {"docker": {"r.example/team": [
                    {"type": "sigstoreSigned", "keyPath": "%s"%s}
                  ]}}
                }
                """.formatted(
                        node.resolve("trusted.pub"),
                        identity.isEmpty() ? "" : ", \"signedIdentity\": {\"type\": \"" + identity + "\"}"));
    }

    private ImageId pull(String selector) {
        return images.pull(ImageReference.parse(REPOSITORY + selector), RegistryAuth.ANONYMOUS);
    }

    private void assertRefused(String selector, String reason) throws Exception {
        assertThatThrownBy(() -> pull(selector))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.UNTRUSTED))
                .hasMessageStartingWith("cannot pull image " + REPOSITORY + selector + ": " + policy
                        + ":3, scope \"r.example/team\", requirement 1 (sigstoreSigned): it is refused: ")
                .hasMessageContaining(reason);
        assertThat(images.list()).isEmpty();
        images.awaitDeletions();
        try (Stream<Path> files = Files.walk(root.resolve("content/blobs"))) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void anImageSignedUnderItsNameIsPulled() {
        ImageId id = pull(":signed");

        assertThat(images.find(id.toString())).isPresent();
        assertThat(pull("@" + image("s").digest())).isEqualTo(id);
    }

    @Test
    void anImageWithoutAGoodSignatureIsRefusedAndNothingOfItStays() throws Exception {
        assertRefused(":unsigned", "nobody has signed " + image("u").digest());
        assertRefused(":stranger", "is not by any of the keys [" + node.resolve("trusted.pub") + "]");
        assertRefused(":moved", "is for another image, " + image("o").digest());
        assertRefused(":bent", "is not by any of the keys");
        assertRefused(":noise", "is not by any of the keys");
    }

    @Test
    void anImageUnderATagThatItWasNotSignedForIsRefused() throws Exception {
        assertRefused(":latest", "is for the name " + REPOSITORY + ":old, which signedIdentity does not accept");
        assertThat(images.find(pull(":old").toString())).isPresent();
        // Its content is here, and its name is still another one.
        assertThatThrownBy(() -> pull(":latest")).hasMessageContaining("which signedIdentity does not accept");
        assertThat(images.list().getFirst().repoTags()).containsExactly(REPOSITORY + ":old");
        require("matchRepository");
        pull(":latest");
    }

    @Test
    void aSignatureForARepositoryAloneIsForAllItsTagsWhereThePolicySaysSo() throws Exception {
        assertRefused(":plain", "a name without a tag fits matchRepository");
        require("matchRepository");
        assertThat(images.find(pull(":plain").toString())).isPresent();
    }

    @Test
    void anImageThatIsHereIsCheckedOnceMore() throws Exception {
        Files.writeString(policy, "{\"default\": [{\"type\": \"insecureAcceptAnything\"}]}");
        pull(":unsigned");
        require("");

        assertThatThrownBy(() -> pull(":unsigned")).hasMessageContaining("nobody has signed");
        assertThat(images.list()).hasSize(1);
    }

    @Test
    void aSignatureOfTheIndexOrOfTheManifestForThisMachineWillDo() {
        for (boolean whole : new boolean[] {true, false}) {
            String tag = whole ? "index" : "platforms";
            ImageBuilder.Built here = image(tag);
            ImageBuilder.Built other = new ImageBuilder()
                    .platform("linux", "riscv64")
                    .gzipLayer(new TarBuilder().file("other", tag).build())
                    .build();
            pusher.push("team/app", tag + "-here", here);
            pusher.push("team/app", tag + "-other", other);
            Map<String, ImageBuilder.Built> all = new LinkedHashMap<>();
            all.put("linux/" + ImageBuilder.architecture(), here);
            all.put("linux/riscv64", other);
            byte[] index = ImageBuilder.index(all);
            pusher.manifest("team/app", tag, MediaTypes.OCI_INDEX, index);
            // That of another machine's manifest says nothing about what would run here.
            sign(other, TRUSTED, REPOSITORY + ":" + tag);
            assertThatThrownBy(() -> pull(":" + tag)).hasMessageContaining("nobody has signed " + Digest.sha256(index));

            Digest signed = whole ? Digest.sha256(index) : here.digest();
            pusher.push("team/app", Cosigner.tag(signed), TRUSTED.signature(signed, REPOSITORY + ":" + tag));
            assertThat(images.find(pull(":" + tag).toString())).isPresent();
        }
    }

    @Test
    void aPolicyThatIsMissingOrWrongStopsPulls() throws Exception {
        Files.writeString(policy, "{\"default\": [\n{\"type\": \"acceptAnything\"}]}");
        assertThatThrownBy(() -> pull(":signed"))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.FAILED_PRECONDITION))
                .hasMessageContaining(policy + ":2: there is no requirement of the type \"acceptAnything\"");
        Files.delete(policy);
        assertThatThrownBy(() -> pull(":signed")).hasMessageContaining("cannot read signature policy " + policy);
        assertThat(images.list()).isEmpty();
    }

    @Test
    void anArtifactWithoutSignaturesIsNoSignature() {
        ImageBuilder.Built image = push("unread", "x");
        byte[] empty = "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[]}"
                .formatted(MediaTypes.OCI_INDEX)
                .getBytes(StandardCharsets.UTF_8);
        pusher.manifest("team/app", Cosigner.tag(image.digest()), MediaTypes.OCI_INDEX, empty);

        assertThatThrownBy(() -> pull(":unread")).hasMessageContaining("nobody has signed");
    }

    @Test
    void anImageWhoseSignaturesCannotBeReadIsNotPulled() throws Exception {
        // The first server has the image and no signature; that the second has none either cannot be known.
        Files.writeString(
                node.resolve("certs.d/r.example/hosts.toml"),
                "server = \"http://127.0.0.1:1\"\n[host.\"" + registry.url() + "\"]\n");

        assertThatThrownBy(() -> pull(":unsigned"))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.UNAVAILABLE))
                .hasMessageContaining("requirement 1 (sigstoreSigned): cannot read the signatures sha256-");
        assertThat(images.list()).isEmpty();
    }

    @Test
    void aNamespaceMayHaveAPolicyOfItsOwn() throws Exception {
        Files.writeString(node.resolve("open.json"), "{\"default\": [{\"type\": \"insecureAcceptAnything\"}]}");
        ImageReference unsigned = ImageReference.parse(REPOSITORY + ":unsigned");

        assertThatThrownBy(() -> images.pull(unsigned, RegistryAuth.ANONYMOUS, "closed", new Pull(unsigned.toString())))
                .hasMessageContaining("nobody has signed");
        assertThat(images.pull(unsigned, RegistryAuth.ANONYMOUS, "open", new Pull(unsigned.toString())))
                .isNotNull();
    }
}
