package io.windlass.image.reference;

/** Names an image by what it is: the digest of its config blob. The same on every node and for every registry. */
public record ImageId(Digest config) {
    public static ImageId parse(String text) {
        return new ImageId(Digest.parse(text));
    }

    @Override
    public String toString() {
        return config.toString();
    }
}
