package io.windlass.image;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.fault.Fault;
import io.windlass.image.StagedArchive.StagedFile;
import io.windlass.image.content.ContentStore;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.manifest.MediaTypes;
import io.windlass.image.reference.Digest;
import io.windlass.image.registry.BlobStream;
import io.windlass.image.registry.LayerOrigin;
import io.windlass.image.registry.Spool;
import io.windlass.image.unpack.LayerStreams;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/** Layers that are files of this node already. Immutable. */
record LocalBlobs(Map<Digest, StagedFile> files) implements LayerOrigin {
    private static final String LAYER = "application/vnd.oci.image.layer.v1.tar";

    LocalBlobs {
        files = Map.copyOf(files);
    }

    @Override
    public InputStream blob(Descriptor blob) {
        StagedFile file = files.get(blob.digest());
        if (file == null) {
            throw Fault.notFound("there is no layer " + blob.digest());
        }
        try {
            return Files.newInputStream(file.place());
        } catch (IOException e) {
            throw ContentStore.failure("read layer " + blob.digest(), e);
        }
    }

    @Override
    public BlobStream layer(Descriptor layer, Spool spool, LongConsumer progress) {
        return new BlobStream(blob(layer), false);
    }

    @Override
    public boolean leaveOut(Digest blob, String reason) {
        return false;
    }

    /** What a layer's file is, by how it begins. */
    static String mediaType(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return mediaType(in.readNBytes(4));
        } catch (IOException e) {
            throw ContentStore.failure("read " + file, e);
        }
    }

    /** What is in an archive that may be compressed. */
    static InputStream inflated(InputStream archive) {
        try {
            PushbackInputStream in = new PushbackInputStream(archive, 4);
            byte[] begin = in.readNBytes(4);
            in.unread(begin);
            return LayerStreams.inflate(in, MediaTypes.layerCompression(mediaType(begin)));
        } catch (IOException e) {
            throw Fault.invalid("the archive cannot be read: " + e.getMessage());
        }
    }

    private static String mediaType(byte[] begin) {
        if (begin.length >= 2 && (begin[0] & 0xff) == 0x1f && (begin[1] & 0xff) == 0x8b) {
            return LAYER + "+gzip";
        }
        boolean zstd = begin.length == 4
                && (begin[0] & 0xff) == 0x28
                && (begin[1] & 0xff) == 0xb5
                && (begin[2] & 0xff) == 0x2f
                && (begin[3] & 0xff) == 0xfd;
        return zstd ? LAYER + "+zstd" : LAYER;
    }

    /** The manifest of an image that had none. */
    static byte[] manifest(Descriptor config, List<Descriptor> layers) {
        return manifest(MediaTypes.OCI_MANIFEST, config, layers);
    }

    static byte[] manifest(String mediaType, Descriptor config, List<Descriptor> layers) {
        ObjectNode manifest = JsonNodeFactory.instance.objectNode();
        manifest.put("schemaVersion", 2);
        manifest.put("mediaType", mediaType);
        describe(manifest.putObject("config"), config);
        ArrayNode list = manifest.putArray("layers");
        layers.forEach(layer -> describe(list.addObject(), layer));
        return manifest.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void describe(ObjectNode node, Descriptor descriptor) {
        node.put("mediaType", descriptor.mediaType())
                .put("digest", descriptor.digest().toString())
                .put("size", descriptor.size());
    }
}
