/** The media types of an image's documents. */
enum Format {
    DOCKER(
            "application/vnd.docker.distribution.manifest.list.v2+json",
            "application/vnd.docker.distribution.manifest.v2+json",
            "application/vnd.docker.container.image.v1+json",
            "application/vnd.docker.image.rootfs.diff.tar.gzip"),
    OCI(
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.oci.image.config.v1+json",
            "application/vnd.oci.image.layer.v1.tar+gzip");

    final String index;
    final String manifest;
    final String config;
    final String layer;

    Format(String index, String manifest, String config, String layer) {
        this.index = index;
        this.manifest = manifest;
        this.config = config;
        this.layer = layer;
    }
}
