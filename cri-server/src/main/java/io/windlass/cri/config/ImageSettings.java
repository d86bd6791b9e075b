package io.windlass.cri.config;

import java.util.List;

/**
 * {@code [image]}: limits of pulling, where registries are described, and what is kept.
 *
 * @param keepBlobs whether packed layers stay beside what was unpacked from them
 * @param maxLayerBytes bytes of file content that one layer may unpack to
 */
public record ImageSettings(
        int parallelTransfers,
        DownloadSettings downloads,
        RegistryFileSettings registries,
        SignatureSettings signatures,
        List<String> pinned,
        boolean keepBlobs,
        long maxLayerBytes,
        long maxLayerEntries) {
    static ImageSettings read(Section section) {
        return new ImageSettings(
                (int) section.integer(
                        "parallel_transfers",
                        8,
                        1,
                        64,
                        "Layers that are fetched and unpacked at a time, over all pulls."),
                DownloadSettings.read(section),
                RegistryFileSettings.read(section),
                SignatureSettings.read(section),
                section.texts(
                        "pinned",
                        List.of(),
                        "Images that kubelet may not collect: full references, where * stands for anything."),
                section.flag(
                        "keep_blobs",
                        true,
                        "Whether packed layers stay after unpacking; without them an image cannot be saved, committed or pushed elsewhere."),
                section.integer(
                        "max_layer_bytes",
                        64L << 30,
                        1,
                        Long.MAX_VALUE,
                        "Bytes that one layer may unpack to; a larger one fails its pull."),
                section.integer(
                        "max_layer_entries",
                        4_000_000,
                        1,
                        Long.MAX_VALUE,
                        "Files and folders that one layer may unpack to; a larger one fails its pull."));
    }
}
