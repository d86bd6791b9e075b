package io.windlass.image.manifest;

import io.windlass.fault.Fault;
import java.util.List;

/** The media types that this runtime reads, and the wording for those that it does not. */
public final class MediaTypes {
    public static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    public static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
    public static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
    public static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    public static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";

    /** What is asked for when an image is resolved. */
    public static final List<String> MANIFESTS = List.of(OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST);

    private static final String DOCKER_V1 = "application/vnd.docker.distribution.manifest.v1+";
    private static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";
    private static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";

    private MediaTypes() {}

    public static boolean isIndex(String mediaType) {
        return mediaType.equals(OCI_INDEX) || mediaType.equals(DOCKER_LIST);
    }

    public static boolean isManifest(String mediaType) {
        return mediaType.equals(OCI_MANIFEST) || mediaType.equals(DOCKER_MANIFEST);
    }

    /** What Docker's manifests call a layer of an OCI type. */
    public static String asDocker(String ociLayer) {
        return ociLayer.replace(OCI_LAYER + "+", DOCKER_LAYER + ".").replace(OCI_LAYER, DOCKER_LAYER);
    }

    /** How a layer of this media type is compressed; what cannot be unpacked is refused by name. */
    public static Compression layerCompression(String mediaType) {
        return switch (mediaType) {
            case DOCKER_LAYER, OCI_LAYER -> Compression.NONE;
            case DOCKER_LAYER + ".gzip", OCI_LAYER + "+gzip" -> Compression.GZIP;
            case DOCKER_LAYER + ".zstd", OCI_LAYER + "+zstd" -> Compression.ZSTD;
            default -> throw layerRefused(mediaType);
        };
    }

    private static Fault layerRefused(String mediaType) {
        if (mediaType.contains(".foreign.") || mediaType.contains(".nondistributable.")) {
            return Fault.unimplemented(
                    "layers of type " + mediaType
                            + " are not kept by the registry (foreign layers, used by Windows base images) and are not supported");
        }
        if (mediaType.endsWith("+encrypted")) {
            return Fault.unimplemented("layers of type " + mediaType + " are encrypted, which is not supported");
        }
        return Fault.unimplemented(
                "layers of type '" + mediaType + "' are not known; tar, tar+gzip and tar+zstd layers are");
    }

    /** Refuses a top-level document that is neither an index nor a manifest of a known kind. */
    static Fault documentRefused(String mediaType) {
        if (mediaType.startsWith(DOCKER_V1)) {
            return Fault.unimplemented("it is a Docker schema 1 manifest (" + mediaType
                    + "), a format withdrawn in 2019; push the image again with a current tool");
        }
        return Fault.unimplemented(
                "its media type '" + mediaType + "' is not known; OCI and Docker schema 2 images are supported");
    }

    /** How the bytes of a layer archive are packed. */
    public enum Compression {
        NONE,
        GZIP,
        ZSTD
    }
}
