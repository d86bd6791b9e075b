package io.windlass.image.hosts;

import io.windlass.image.reference.ImageReference;
import java.util.Locale;

/**
 * A server of {@code registries.conf}: a mirror, or the place of the registry itself.
 *
 * @param location host, port and path that take the place of the prefix; empty: the reference as it is
 * @param insecure HTTPS without a look at the certificate, or HTTP where there is no HTTPS
 */
record Mirror(String location, boolean insecure, For pull, String place) {
    /** For which references a mirror is asked. */
    enum For {
        ALL,
        DIGEST_ONLY,
        TAG_ONLY;

        boolean fits(ImageReference reference) {
            return this == ALL || reference.digest().isPresent() == (this == DIGEST_ONLY);
        }

        String spelling() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    Mirror only(For references) {
        return new Mirror(location, insecure, references, place);
    }
}
