package io.windlass.image.trust;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.manifest.Json;
import io.windlass.image.reference.Digest;
import io.windlass.image.registry.RegistrySession;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The signatures that cosign puts beside an image: an artifact with the tag {@code sha256-HEX.sig} in its repository, of which each layer
 * is a payload and has the signature as an annotation. Asked for once in a pull. Not thread-safe.
 */
final class CosignSignatures implements Signatures {
    private static final String PAYLOAD = "application/vnd.dev.cosign.simplesigning.v1+json";
    private static final String SIGNATURE = "dev.cosignproject.cosign/signature";
    private static final int MOST_SIGNATURES = 128;
    private static final int MOST_PAYLOAD_BYTES = 1 << 20;

    private final RegistrySession registry;
    private final Map<Digest, List<ImageSignature>> known = new HashMap<>();

    CosignSignatures(RegistrySession registry) {
        this.registry = registry;
    }

    @Override
    public List<ImageSignature> of(Digest manifest) {
        List<ImageSignature> before = known.get(manifest);
        if (before != null) {
            return before;
        }
        String tag = manifest.algorithm().label() + "-" + manifest.hex() + ".sig";
        List<ImageSignature> found;
        try {
            found = fetch(tag);
        } catch (Fault e) {
            throw e.in("cannot read the signatures " + tag);
        }
        known.put(manifest, found);
        return found;
    }

    private List<ImageSignature> fetch(String tag) {
        byte[] artifact;
        try {
            artifact = registry.manifest(tag).content();
        } catch (Fault e) {
            if (e.kind() == FaultKind.NOT_FOUND) {
                return List.of();
            }
            throw e;
        }
        List<ImageSignature> result = new ArrayList<>();
        for (Json layer : Json.parse(artifact).objects("layers")) {
            String signature = layer.textMap("annotations").getOrDefault(SIGNATURE, "");
            if (!layer.text("mediaType").equals(PAYLOAD) || signature.isEmpty()) {
                continue;
            }
            if (result.size() == MOST_SIGNATURES) {
                throw new Fault(FaultKind.RESOURCE_EXHAUSTED, "there are more than " + MOST_SIGNATURES);
            }
            result.add(new ImageSignature(
                    "signature " + (result.size() + 1) + " of " + tag, payload(layer), decode(signature)));
        }
        return result;
    }

    private byte[] payload(Json layer) {
        long size = layer.requiredLong("size");
        if (size < 0 || size > MOST_PAYLOAD_BYTES) {
            throw new Fault(
                    FaultKind.RESOURCE_EXHAUSTED,
                    "a payload of " + size + " bytes is larger than the allowed " + MOST_PAYLOAD_BYTES);
        }
        return registry.document(new Descriptor(PAYLOAD, Digest.parse(layer.requiredText("digest")), size), "payload");
    }

    /** What is no base64 is a signature by nobody. */
    private static byte[] decode(String signature) {
        try {
            return Base64.getDecoder().decode(signature);
        } catch (IllegalArgumentException notBase64) {
            return new byte[0];
        }
    }
}
