package io.windlass.image.trust;

import io.windlass.fault.Fault;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.reference.Repository;
import java.util.Optional;

/** What a signature says that an image is called. Unlike a reference to pull it may be a repository alone: cosign signs so. */
record SignedName(Repository repository, Optional<String> tag, Optional<Digest> digest) {
    /** Reads it with the defaults that references have, except for the tag. */
    static SignedName parse(String text) {
        ImageReference reference = ImageReference.parse(text);
        int at = text.indexOf('@');
        String named = at < 0 ? text : text.substring(0, at);
        int colon = named.lastIndexOf(':');
        Optional<String> tag =
                colon > named.lastIndexOf('/') ? Optional.of(named.substring(colon + 1)) : Optional.empty();
        return new SignedName(reference.repository(), tag, reference.digest());
    }

    /** A repository alone. */
    static Repository repository(String text) {
        SignedName name = parse(text);
        if (!name.isRepositoryAlone()) {
            throw Fault.invalid("cannot use repository '" + text + "': it has a tag or a digest");
        }
        return name.repository;
    }

    boolean isRepositoryAlone() {
        return tag.isEmpty() && digest.isEmpty();
    }

    boolean is(ImageReference reference) {
        return equals(new SignedName(reference.repository(), reference.tag(), reference.digest()));
    }

    @Override
    public String toString() {
        return repository
                + tag.map(t -> ":" + t).orElse("")
                + digest.map(d -> "@" + d).orElse("");
    }
}
