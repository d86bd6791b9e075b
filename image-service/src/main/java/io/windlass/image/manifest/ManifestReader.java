package io.windlass.image.manifest;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.reference.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads indexes, manifests and configs in their OCI and Docker schema 2 forms. Faults say "it ...": callers name the document. */
public final class ManifestReader {
    private static final int MOST_LAYERS = 1000;
    private static final int MOST_ENTRIES = 10_000;

    private ManifestReader() {}

    /**
     * What kind of document this is.
     *
     * @param contentType of the HTTP response, used where the document itself does not say
     */
    public static String mediaTypeOf(byte[] document, String contentType) {
        Json json = Json.parse(document);
        if (json.has("schemaVersion") && json.requiredLong("schemaVersion") == 1) {
            throw MediaTypes.documentRefused("application/vnd.docker.distribution.manifest.v1+json");
        }
        boolean list = json.has("manifests");
        boolean single = json.has("layers") || json.has("config");
        if (list && single) {
            throw new Fault(FaultKind.DATA_LOSS, "it is an index and a manifest at once, which is not allowed");
        }
        String said = json.text("mediaType").isEmpty() ? bare(contentType) : json.text("mediaType");
        if (list && (MediaTypes.isIndex(said) || isVague(said))) {
            return MediaTypes.isIndex(said) ? said : MediaTypes.OCI_INDEX;
        }
        if (single && (MediaTypes.isManifest(said) || isVague(said))) {
            return MediaTypes.isManifest(said) ? said : MediaTypes.OCI_MANIFEST;
        }
        throw MediaTypes.documentRefused(said);
    }

    public static ImageIndex index(byte[] document) {
        List<ImageIndex.Entry> entries = new ArrayList<>();
        for (Json entry : Json.parse(document).objects("manifests")) {
            if (entries.size() == MOST_ENTRIES) {
                throw new Fault(FaultKind.RESOURCE_EXHAUSTED, "it lists more than " + MOST_ENTRIES + " manifests");
            }
            Optional<Platform> platform =
                    entry.has("platform") ? Optional.of(platform(entry.object("platform"))) : Optional.empty();
            entries.add(new ImageIndex.Entry(descriptor(entry), platform));
        }
        return new ImageIndex(entries);
    }

    public static ImageManifest manifest(byte[] document) {
        Json json = Json.parse(document);
        Descriptor config = descriptor(json.object("config"));
        if (!config.mediaType().equals(MediaTypes.OCI_CONFIG)
                && !config.mediaType().equals(MediaTypes.DOCKER_CONFIG)) {
            throw Fault.unimplemented("its config has the media type '" + config.mediaType()
                    + "', so it is no container image but another artifact");
        }
        List<Descriptor> layers = new ArrayList<>();
        for (Json layer : json.objects("layers")) {
            Descriptor descriptor = descriptor(layer);
            MediaTypes.layerCompression(descriptor.mediaType());
            layers.add(descriptor);
        }
        if (layers.size() > MOST_LAYERS) {
            throw new Fault(
                    FaultKind.RESOURCE_EXHAUSTED, "it has " + layers.size() + " layers, more than " + MOST_LAYERS);
        }
        return new ImageManifest(config, layers);
    }

    public static OciImageConfig config(byte[] document) {
        Json json = Json.parse(document);
        Json config = json.object("config");
        Json rootfs = json.object("rootfs");
        return new OciImageConfig(
                platform(json),
                json.text("created"),
                json.text("author"),
                config.text("User"),
                config.texts("Env"),
                config.texts("Entrypoint"),
                config.texts("Cmd"),
                config.text("WorkingDir"),
                config.textMap("Labels"),
                config.keys("ExposedPorts"),
                config.keys("Volumes"),
                config.text("StopSignal"),
                rootfs.texts("diff_ids").stream().map(Digest::parse).toList());
    }

    private static Platform platform(Json json) {
        return new Platform(json.text("os"), json.text("architecture"), json.text("variant"));
    }

    private static Descriptor descriptor(Json json) {
        long size = json.requiredLong("size");
        if (size < 0) {
            throw new Fault(FaultKind.DATA_LOSS, "it gives a blob the size " + size);
        }
        return new Descriptor(json.requiredText("mediaType"), Digest.parse(json.requiredText("digest")), size);
    }

    /** Types that servers send for any JSON, and that therefore say nothing. */
    private static boolean isVague(String mediaType) {
        return mediaType.isEmpty()
                || mediaType.equals("application/json")
                || mediaType.equals("application/octet-stream")
                || mediaType.equals("text/plain");
    }

    private static String bare(String contentType) {
        int semicolon = contentType.indexOf(';');
        return (semicolon < 0 ? contentType : contentType.substring(0, semicolon)).strip();
    }
}
