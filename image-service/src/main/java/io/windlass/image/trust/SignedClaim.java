package io.windlass.image.trust;

import io.windlass.image.reference.Digest;
import java.util.Set;

/** What a signature is for: the payload of the simple signing format, of which everything that is critical must be understood. */
record SignedClaim(Digest manifest, SignedName name) {
    private static final String TYPE = "cosign container image signature";

    /** To be read only once the signature is known to be good. */
    static SignedClaim parse(byte[] payload) {
        PlacedJson document = PlacedJson.parse("payload", payload);
        document.fields("it", Set.of("critical", "optional"));
        PlacedJson critical = document.field("it", "critical");
        critical.fields("critical", Set.of("type", "image", "identity"));
        PlacedJson type = critical.field("critical", "type");
        if (!type.text("critical.type").equals(TYPE)) {
            throw type.place().wrong("critical.type must be \"" + TYPE + "\"");
        }
        PlacedJson image = critical.field("critical", "image");
        image.fields("critical.image", Set.of("docker-manifest-digest"));
        PlacedJson identity = critical.field("critical", "identity");
        identity.fields("critical.identity", Set.of("docker-reference"));
        return new SignedClaim(
                Digest.parse(
                        image.field("critical.image", "docker-manifest-digest").text("docker-manifest-digest")),
                SignedName.parse(
                        identity.field("critical.identity", "docker-reference").text("docker-reference")));
    }
}
