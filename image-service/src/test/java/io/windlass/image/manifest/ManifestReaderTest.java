package io.windlass.image.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.testing.ImageBuilder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestReaderTest {
    private static final String DIGEST = "sha256:" + "0".repeat(64);

    private static byte[] bytes(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static String manifest(String configType, String layerType) {
        return "{'schemaVersion':2,'config':{'mediaType':'%s','digest':'%s','size':2},'layers':[{'mediaType':'%s','digest':'%s','size':3}]}"
                .formatted(configType, DIGEST, layerType, DIGEST);
    }

    @Test
    void ociAndDockerManifestsReadTheSame() {
        byte[] tar = new byte[1024];
        ImageManifest oci = ManifestReader.manifest(
                new ImageBuilder().gzipLayer(tar).build().manifest());
        ImageManifest docker = ManifestReader.manifest(
                new ImageBuilder().docker().gzipLayer(tar).build().manifest());

        assertThat(oci.layers().getFirst().digest())
                .isEqualTo(docker.layers().getFirst().digest());
        assertThat(MediaTypes.layerCompression(docker.layers().getFirst().mediaType()))
                .isEqualTo(MediaTypes.Compression.GZIP);
    }

    @ParameterizedTest
    @CsvSource({
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip, foreign layers",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip, foreign layers",
        "application/vnd.oci.image.layer.v1.tar+gzip+encrypted, encrypted",
        "application/vnd.oci.image.layer.v1.tar+lzma, are not known",
    })
    void layersThatCannotBeUnpackedAreRefusedByName(String mediaType, String reason) {
        assertThatThrownBy(() -> ManifestReader.manifest(bytes(manifest(MediaTypes.OCI_CONFIG, mediaType))))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.UNIMPLEMENTED))
                .hasMessageContaining(mediaType)
                .hasMessageContaining(reason);
    }

    @Test
    void anArtifactThatIsNoImageIsRefused() {
        assertThatThrownBy(() -> ManifestReader.manifest(
                        bytes(manifest("application/vnd.cncf.helm.config.v1+json", "application/x"))))
                .hasMessageContaining("no container image");
    }

    @Test
    void schemaOneIsRefusedByName() {
        assertThatThrownBy(() -> ManifestReader.mediaTypeOf(bytes("{'schemaVersion':1,'fsLayers':[]}"), ""))
                .hasMessageContaining("schema 1");
    }

    @ParameterizedTest
    @CsvSource({
        "{'manifests':[]}, , application/vnd.oci.image.index.v1+json",
        "{'manifests':[]}, application/vnd.docker.distribution.manifest.list.v2+json; charset=utf-8, application/vnd.docker.distribution.manifest.list.v2+json",
        "{'layers':[]}, application/json, application/vnd.oci.image.manifest.v1+json",
    })
    void theContentTypeHelpsWhereTheDocumentDoesNotSay(String json, String contentType, String mediaType) {
        assertThat(ManifestReader.mediaTypeOf(bytes(json), contentType == null ? "" : contentType))
                .isEqualTo(mediaType);
    }

    @Test
    void aDocumentThatIsIndexAndManifestAtOnceIsRefused() {
        assertThatThrownBy(() -> ManifestReader.mediaTypeOf(bytes("{'manifests':[],'layers':[]}"), ""))
                .hasMessageContaining("at once");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{",
                "{} {}",
                "{'config':1}",
                "{'config':{}}",
                "{'config':{'mediaType':'a','digest':'b','size':1.5}}",
                "{'layers':{}}",
            })
    void whatIsNoManifestIsRefused(String json) {
        assertThatThrownBy(() -> ManifestReader.manifest(bytes(json))).isInstanceOf(Fault.class);
    }

    @Test
    void aNegativeSizeIsRefused() {
        String json = manifest(MediaTypes.OCI_CONFIG, "application/vnd.oci.image.layer.v1.tar")
                .replace("'size':3", "'size':-3");

        assertThatThrownBy(() -> ManifestReader.manifest(bytes(json))).hasMessageContaining("size -3");
    }

    @Test
    void deepJsonIsRefused() {
        String deep = "{'a':".repeat(100) + "1" + "}".repeat(100);

        assertThatThrownBy(() -> Json.parse(bytes(deep)))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.DATA_LOSS))
                .hasMessageContaining("depth");
    }

    @Test
    void aConfigWithNullsReadsAsEmpty() {
        OciImageConfig config = ManifestReader.config(
                bytes(
                        "{'os':'linux','config':{'Cmd':null,'Env':null,'Labels':null,'Entrypoint':['/x'],'Volumes':{'/v':{}}}}"));

        assertThat(config.cmd()).isEmpty();
        assertThat(config.entrypoint()).containsExactly("/x");
        assertThat(config.volumes()).containsExactly("/v");
    }
}
