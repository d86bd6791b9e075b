package io.windlass.image.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.testing.Cosigner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyFileTest {
    private static final Digest IMAGE = Digest.sha256(new byte[] {1});
    private static final Signatures NONE = manifest -> List.of();

    @TempDir
    private Path folder;

    private SignaturePolicy read(String text) throws IOException {
        return PolicyFile.read(Files.writeString(folder.resolve("policy.json"), text));
    }

    private static void check(SignaturePolicy policy, String name, Signatures signatures) {
        ImageReference reference = ImageReference.parse(name);
        policy.rule(reference).check(reference, List.of(IMAGE), signatures);
    }

    private static String inline(Cosigner cosigner) {
        return Base64.getEncoder().encodeToString(cosigner.publicKey().getBytes(StandardCharsets.US_ASCII));
    }

    private static ImageSignature signature(Cosigner by, Digest manifest, String name) {
        byte[] payload = Cosigner.payload(manifest, name);
        return new ImageSignature("signature 1", payload, by.sign(payload));
    }

    /** A policy of one requirement, in which keys are written as {@code <1>} and {@code <2>}. */
    private SignaturePolicy signed(Cosigner one, Cosigner two, String more) throws IOException {
        String keyed = more.replace("<1>", "\"" + inline(one) + "\"").replace("<2>", "\"" + inline(two) + "\"");
        return read("{\"default\":[{\"type\":\"sigstoreSigned\"," + keyed + "}]}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            r.sub.example:5000/team/app:v1  | r.sub.example:5000/team/app:v1
            r.sub.example:5000/team/app:v2  | r.sub.example:5000/team/app
            r.sub.example:5000/team/other:1 | r.sub.example:5000/team
            r.sub.example:5000/teams/app:1  | r.sub.example:5000
            r.sub.example/team/app:v1       | *.sub.example
            a.b.example/app:v1              | *.example
            sub.example/app:v1              | *.example
            r.test/app:v1                   | ''
            alpine                          | docker.io/library/alpine:latest
            alpine:3                        | docker.io/library
            """)
    void theNarrowestScopeDecides(String name, String scope) throws IOException {
        StringBuilder scopes = new StringBuilder();
        for (String each : List.of(
                "r.sub.example:5000/team/app:v1",
                "r.sub.example:5000/team/app",
                "r.sub.example:5000/team",
                "r.sub.example:5000",
                "*.sub.example",
                "*.example",
                "docker.io/library/alpine:latest",
                "docker.io/library",
                "")) {
            scopes.append(scopes.isEmpty() ? "" : ",\n").append("\"" + each + "\": [{\"type\": \"reject\"}]");
        }
        SignaturePolicy policy = read("{\"default\": [{\"type\": \"insecureAcceptAnything\"}], \"transports\": {\n"
                + "\"docker\": {" + scopes + "}}}");

        assertThatThrownBy(() -> check(policy, name, NONE))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.UNTRUSTED))
                .hasMessageMatching("\\Q" + folder.resolve("policy.json") + "\\E:[0-9]+, \\Qscope \"" + scope
                        + "\"\\E, requirement 1 \\(reject\\): it is refused: no image of this scope may be used");
    }

    @Test
    void scopesOfOtherTransportsDoNotCount() throws IOException {
        SignaturePolicy policy = read("""
                {"default": [{"type": "insecureAcceptAnything"}],
                 "transports": {"docker-daemon": {"": [{"type": "reject"}]}, "atomic": {"r.example": [{"type": "reject"}]}}}
                """);

        assertThatCode(() -> check(policy, "r.example/a:1", NONE)).doesNotThrowAnyException();
    }

    @Test
    void theDefaultCountsWhereNoScopeFits() throws IOException {
        SignaturePolicy policy = read("""
                {
                  "default": [{"type": "insecureAcceptAnything"}, {"type": "reject"}],
                  "transports": {"docker": {"r.example": [{"type": "insecureAcceptAnything"}]}}
                }
                """);

        assertThatCode(() -> check(policy, "r.example/a:1", NONE)).doesNotThrowAnyException();
        assertThatThrownBy(() -> check(policy, "s.example/a:1", NONE))
                .hasMessage(folder.resolve("policy.json")
                        + ":2, default, requirement 2 (reject): it is refused: no image of this scope may be used");
    }

    @Test
    void anyOfTheKeysOfARequirementWillDoAndAllRequirementsMustHold() throws IOException {
        Cosigner one = Cosigner.make();
        Cosigner two = Cosigner.ed25519();
        Signatures byTwo = manifest -> List.of(signature(two, manifest, "r.example/a:1"));
        Signatures byBoth = manifest ->
                List.of(signature(one, manifest, "r.example/a:1"), signature(two, manifest, "r.example/a:1"));
        SignaturePolicy either = signed(one, two, "\"keyDatas\":[<1>,<2>]");
        SignaturePolicy both = signed(one, two, "\"keyData\":<1>},{\"type\":\"sigstoreSigned\",\"keyData\":<2>");

        assertThatCode(() -> check(either, "r.example/a:1", byTwo)).doesNotThrowAnyException();
        assertThatCode(() -> check(both, "r.example/a:1", byBoth)).doesNotThrowAnyException();
        assertThatThrownBy(() -> check(both, "r.example/a:1", byTwo))
                .hasMessageContaining(
                        "requirement 1 (sigstoreSigned): it is refused: signature 1 is not by any of the keys");
        assertThatThrownBy(() -> check(either, "r.example/a:1", NONE))
                .hasMessageContaining("nobody has signed " + IMAGE);
    }

    @Test
    void aGoodSignatureForAnotherImageOrNameIsNotOne() throws IOException {
        Cosigner one = Cosigner.make();
        SignaturePolicy policy = signed(one, one, "\"keyData\":<1>");
        Digest other = Digest.sha256(new byte[] {2});

        assertThatThrownBy(() ->
                        check(policy, "r.example/a:1", manifest -> List.of(signature(one, other, "r.example/a:1"))))
                .hasMessageContaining("signature 1 is for another image, " + other);
        assertThatThrownBy(() ->
                        check(policy, "r.example/a:1", manifest -> List.of(signature(one, manifest, "r.example/a:2"))))
                .hasMessageContaining(
                        "signature 1 is for the name r.example/a:2, which signedIdentity does not accept");
        assertThatThrownBy(() ->
                        check(policy, "r.example/a:1", manifest -> List.of(signature(one, manifest, "r.example/a"))))
                .hasMessageContaining("a name without a tag fits matchRepository");
    }

    @Test
    void whereTheSignaturesOfTheIndexCannotBeReadThoseOfTheManifestMayDo() throws IOException {
        Cosigner one = Cosigner.make();
        SignaturePolicy policy = signed(one, one, "\"keyData\":<1>");
        Digest index = Digest.sha256(new byte[] {3});
        ImageReference reference = ImageReference.parse("r.example/a:1");
        Fault away = new Fault(FaultKind.UNAVAILABLE, "away");
        Signatures good = manifest -> {
            if (manifest.equals(index)) {
                throw away;
            }
            return List.of(signature(one, manifest, "r.example/a:1"));
        };
        Signatures none = manifest -> {
            if (manifest.equals(index)) {
                throw away;
            }
            return List.of();
        };

        assertThatCode(() -> policy.rule(reference).check(reference, List.of(index, IMAGE), good))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> policy.rule(reference).check(reference, List.of(index, IMAGE), none))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.UNAVAILABLE))
                .hasMessageEndingWith("requirement 1 (sigstoreSigned): away");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{",
                "{\"critical\":{},\"optional\":{}}",
                "{\"critical\":{\"type\":\"atomic container signature\"}}",
                "{\"critical\":{\"type\":\"cosign container image signature\",\"image\":{\"docker-manifest-digest\":\"M\"},"
                        + "\"identity\":{\"docker-reference\":\"r.example/a:1\"},\"expires\":1}}",
                "{\"critical\":{\"type\":\"cosign container image signature\",\"image\":{\"docker-manifest-digest\":\"M\"},"
                        + "\"identity\":{\"docker-reference\":\"\"}}}",
                "{\"critical\":{\"type\":\"cosign container image signature\",\"image\":{\"docker-manifest-digest\":\"x\"},"
                        + "\"identity\":{\"docker-reference\":\"r.example/a:1\"}}}",
            })
    void aPayloadThatIsNotFullyUnderstoodIsNoReasonToAccept(String text) throws IOException {
        Cosigner one = Cosigner.make();
        byte[] payload = text.replace("M", IMAGE.toString()).getBytes(StandardCharsets.UTF_8);
        SignaturePolicy policy = signed(one, one, "\"keyData\":<1>");

        assertThatThrownBy(() -> check(
                        policy,
                        "r.example/a:1",
                        manifest -> List.of(new ImageSignature("signature 1", payload, one.sign(payload)))))
                .hasMessageContaining("signature 1 has a payload that cannot be used: ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k"}                  | requirement 1 (signedBy): it is refused: a signature of GnuPG
            {"type": "signedBaseLayer", "baseLayerIdentity": {"type": "matchExact"}}     | requirement 1 (signedBaseLayer): it is refused: the signature of a base image
            {"type": "sigstoreSigned", "fulcio": {"caPath": "/k"}}                       | requirement 1 (sigstoreSigned): it is refused: a signature by certificate (fulcio)
            {"type": "sigstoreSigned", "pki": {"caRootsPath": "/k"}}                     | requirement 1 (sigstoreSigned): it is refused: a signature by certificate (pki)
            {"type": "sigstoreSigned", "keyPath": "/k", "rekorPublicKeyPath": "/r"}      | requirement 1 (sigstoreSigned): it is refused: a record in a transparency log (rekorPublicKeyPath)
            """)
    void whatCannotBeCheckedIsRefusedByNameWhereItWouldDecide(String requirement, String reason) throws IOException {
        SignaturePolicy policy = read("""
                {"default": [{"type": "insecureAcceptAnything"}], "transports": {"docker": {"r.example": [%s]}}}
                """.formatted(requirement));

        assertThatCode(() -> check(policy, "s.example/a:1", NONE)).doesNotThrowAnyException();
        assertThatThrownBy(() -> check(policy, "r.example/a:1", NONE)).hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            []                                                                         | 1: a policy must be an object
            {}                                                                         | 1: a policy has no field "default"
            {#"default": []}                                                           | 2: the list of requirements of default must not be empty
            {"default": {}}                                                            | 1: the list of requirements of default must be a list
            {"default": [{"type": "reject"}],# "defaults": 1}                          | 2: a policy has the unknown field "defaults"
            {"default": [{"type": "reject"}],##"default": [{"type": "reject"}]}        | 3: it is not valid JSON: Duplicate field 'default'
            {"default": [{"type": "reject"}]}#{}                                       | 2: something follows its end
            {"default": [#{"type": "accept"}]}                                         | 2: there is no requirement of the type "accept"
            {"default": [#{}]}                                                         | 2: a requirement has no field "type"
            {"default": [{"type": "reject",#"keyPath": "/k"}]}                         | 2: reject has the unknown field "keyPath"
            {"default": [{"type": "sigstoreSigned"}]}                                  | 1: sigstoreSigned must have exactly one of [fulcio, keyData, keyDatas, keyPath, keyPaths, pki], and has []
            {"default": [{"type": "sigstoreSigned", "keyPath": "/k", "keyData": ""}]}  | 1: sigstoreSigned must have exactly one of [fulcio, keyData, keyDatas, keyPath, keyPaths, pki], and has [keyPath, keyData]
            {"default": [{"type": "sigstoreSigned",#"keyPath": "k"}]}                  | 2: keyPath "k" must be an absolute path
            {"default": [{"type": "sigstoreSigned",#"keyPaths": []}]}                  | 2: keyPaths must not be empty
            {"default": [{"type": "sigstoreSigned",#"keyData": "?AAA"}]}                  | 2: keyData is not valid base64: Illegal base64 character 3f
            {"default": [{"type": "sigstoreSigned",#"keyData": "AAAA"}]}               | 2: keyData: there is no public key in PEM in it
            {"default": [{"type": "sigstoreSigned", "keypath": "/k"}]}                 | 1: sigstoreSigned has the unknown field "keypath"
            {"default": [{"type": "sigstoreSigned", "keyPath": "/k",#"signedIdentity": {"type": "any"}}]} | 2: there is no signedIdentity of the type "any"
            {"default": [{"type": "sigstoreSigned", "keyPath": "/k",#"signedIdentity": {"type": "exactReference", "dockerReference": "r.example/a"}}]} | 2: dockerReference must have a tag or a digest
            {"default": [{"type": "sigstoreSigned", "keyPath": "/k",#"signedIdentity": {"type": "exactRepository", "dockerRepository": "r.example/a:1"}}]} | 2: cannot use repository 'r.example/a:1': it has a tag or a digest
            {"default": [{"type": "sigstoreSigned", "keyPath": "/k",#"signedIdentity": {"type": "matchExact", "prefix": "a"}}]} | 2: matchExact has the unknown field "prefix"
            {"default": [{"type": "sigstoreSigned", "keyPath": "/k",#"signedIdentity": {"type": "remapIdentity", "prefix": "a"}}]} | 2: "a" must be a host, or a name that begins with one
            {"default": [{"type": "reject"}],#"transports": {"docker": {"r.example": [#{"type": "reject" "x"}]}}} | 3: it is not valid JSON:
            {"default": [{"type": "reject"}],#"transports": {"docker": {"r.example": []}}} | 2: the list of requirements of scope "r.example" must not be empty
            {"default": [{"type": "reject"}],#"transports": {"oci": {"/x": [1]}}}      | 2: a requirement must be an object
            {"default": [{"type": "reject"                                             | 1: it is not valid JSON: Unexpected end-of-input
            """)
    void aMistakeIsNamedWithFileAndLine(String text, String message) {
        assertThatThrownBy(() -> read(text.replace('#', '\n')))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.FAILED_PRECONDITION))
                .hasMessageStartingWith(
                        "the signature policy is wrong: " + folder.resolve("policy.json") + ":" + message);
    }

    @Test
    void aDeepFileIsRefused() {
        assertThatThrownBy(() -> read("[".repeat(10_000)))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("policy.json:1: it is not valid JSON: ");
    }

    @Test
    void anEmptyFileIsRefused() {
        assertThatThrownBy(() -> read("")).isInstanceOf(Fault.class).hasMessageContaining("it ends too early");
    }

    @Test
    void aKeyFileIsReadWhenItDecidesAndItsPlaceIsNamedWhenItIsWrong() throws IOException {
        Path key = folder.resolve("a.pub");
        SignaturePolicy policy = read("{\"default\": [{\"type\": \"sigstoreSigned\",\n\"keyPath\": \"" + key + "\"}]}");
        Cosigner one = Cosigner.make();
        Signatures good = manifest -> List.of(signature(one, manifest, "r.example/a:1"));

        assertThatThrownBy(() -> check(policy, "r.example/a:1", good))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.FAILED_PRECONDITION))
                .hasMessageContaining("policy.json:2: cannot read key " + key + ": java.nio.file.NoSuchFileException");
        Files.writeString(key, "no key");
        assertThatThrownBy(() -> check(policy, "r.example/a:1", good))
                .hasMessageContaining("policy.json:2: cannot use key " + key + ": there is no public key in PEM in it");
        Files.writeString(key, one.publicKey());
        assertThatCode(() -> check(policy, "r.example/a:1", good)).doesNotThrowAnyException();
    }

    @Test
    void aNamespacesFileTakesThePlaceOfTheNodesAndNoMistakeLeadsToTheOther() throws IOException {
        Path node = Files.writeString(folder.resolve("node.json"), "{\"default\": [{\"type\": \"reject\"}]}");
        Path dir = Files.createDirectory(folder.resolve("namespaces"));
        Files.writeString(dir.resolve("open.json"), "{\"default\": [{\"type\": \"insecureAcceptAnything\"}]}");
        Files.createSymbolicLink(dir.resolve("dangling.json"), dir.resolve("nowhere"));
        SignaturePolicies policies = new SignaturePolicies(Optional.of(node), Optional.of(dir));

        assertThatCode(() -> check(policies.find("open").orElseThrow(), "a", NONE))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> check(policies.find("closed").orElseThrow(), "a", NONE))
                .hasMessageContaining("node.json:1, default");
        assertThatThrownBy(() -> check(policies.find("").orElseThrow(), "a", NONE))
                .hasMessageContaining("node.json:1, default");
        assertThatThrownBy(() -> policies.find("dangling"))
                .hasMessageContaining("cannot read signature policy " + dir.resolve("dangling.json"));
        assertThatThrownBy(() -> policies.find("../namespaces/open"))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.INVALID_ARGUMENT));
        assertThatThrownBy(() ->
                        new SignaturePolicies(Optional.of(node), Optional.of(folder.resolve("gone"))).find("open"))
                .hasMessageContaining("signature_policy_dir cannot be read");
        assertThatThrownBy(() -> new SignaturePolicies(Optional.of(folder.resolve("gone")), Optional.empty()).find(""))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.FAILED_PRECONDITION))
                .hasMessageContaining("cannot read signature policy " + folder.resolve("gone"));
        assertThat(SignaturePolicies.NONE.find("open")).isEmpty();
    }
}
