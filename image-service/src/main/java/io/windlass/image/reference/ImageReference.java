package io.windlass.image.reference;

import io.windlass.fault.Fault;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A name under which an image is asked for: a repository with a tag or a digest.
 *
 * <p>Short names get Docker's defaults: registry {@code docker.io}, repository prefix {@code library/}, tag {@code latest}.
 * Where both a tag and a digest are given the digest alone decides, as in containerd, so the tag is dropped.
 */
public record ImageReference(Repository repository, Optional<String> tag, Optional<Digest> digest) {
    private static final String DEFAULT_REGISTRY = "docker.io";
    private static final String DEFAULT_NAMESPACE = "library/";
    private static final String DEFAULT_TAG = "latest";
    private static final int LONGEST = 1024;
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");

    public ImageReference {
        if (tag.isPresent() == digest.isPresent()) {
            throw Fault.invalid("cannot use reference to " + repository + ": it needs either a tag or a digest");
        }
        tag.ifPresent(t -> {
            if (!TAG.matcher(t).matches()) {
                throw Fault.invalid("cannot use tag '" + t + "' of " + repository
                        + ": it may have 128 letters, digits, '_', '.' and '-', and starts with none of the last two");
            }
        });
    }

    public static ImageReference tagged(Repository repository, String tag) {
        return new ImageReference(repository, Optional.of(tag), Optional.empty());
    }

    public static ImageReference pinned(Repository repository, Digest digest) {
        return new ImageReference(repository, Optional.empty(), Optional.of(digest));
    }

    /** Reads a reference as users write it; what is no reference is a Fault INVALID_ARGUMENT. */
    public static ImageReference parse(String text) {
        if (text.isEmpty() || text.length() > LONGEST) {
            throw Fault.invalid("cannot use image reference '" + text.substring(0, Math.min(80, text.length()))
                    + "': it must have 1 to " + LONGEST + " characters");
        }
        try {
            return parseParts(text);
        } catch (Fault e) {
            throw e.in("cannot use image reference '" + text + "'");
        }
    }

    private static ImageReference parseParts(String text) {
        int at = text.indexOf('@');
        Optional<Digest> digest = at < 0 ? Optional.empty() : Optional.of(Digest.parse(text.substring(at + 1)));
        String named = at < 0 ? text : text.substring(0, at);
        int colon = named.lastIndexOf(':');
        boolean hasTag = colon > named.lastIndexOf('/');
        String name = hasTag ? named.substring(0, colon) : named;
        String tag = hasTag ? named.substring(colon + 1) : DEFAULT_TAG;
        if (!hasTag && digest.isEmpty() && name.length() == 64 && Digest.isLowerHex(name)) {
            throw Fault.invalid("64 hex digits are an image id, not a name");
        }
        ImageReference byTag = tagged(repository(name), tag);
        return digest.map(d -> pinned(byTag.repository, d)).orElse(byTag);
    }

    private static Repository repository(String name) {
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        if (!looksLikeHost(first)) {
            return new Repository(DEFAULT_REGISTRY, slash < 0 ? DEFAULT_NAMESPACE + name : name);
        }
        String path = name.substring(slash + 1);
        if (first.equals("index.docker.io") || first.equals(DEFAULT_REGISTRY)) {
            return new Repository(DEFAULT_REGISTRY, path.contains("/") ? path : DEFAULT_NAMESPACE + path);
        }
        return new Repository(first, path);
    }

    /** Docker's rule: the first part is a host when it could not be part of a repository's path, or is localhost. */
    private static boolean looksLikeHost(String first) {
        return first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || first.equals("localhost")
                || first.chars().anyMatch(c -> c >= 'A' && c <= 'Z');
    }

    /** What a registry's API calls this image: the digest, or the tag. */
    public String selector() {
        return digest.map(Digest::toString).or(() -> tag).orElseThrow();
    }

    /** The full form, with nothing left to defaults: what CRI clients see in repo tags and repo digests. */
    @Override
    public String toString() {
        return digest.map(d -> repository + "@" + d).orElseGet(() -> repository + ":" + tag.orElseThrow());
    }
}
