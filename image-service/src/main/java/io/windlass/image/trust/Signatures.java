package io.windlass.image.trust;

import io.windlass.image.reference.Digest;
import java.util.List;

/** The signatures that can be found for an image. */
interface Signatures {
    /** Those of an index or manifest; none when nobody has signed it. */
    List<ImageSignature> of(Digest manifest);
}
