package io.windlass.pod.model;

import java.util.Map;

/** How a request names an image. */
public record ImageSpec(
        String image,
        Map<String, String> annotations,
        String userSpecifiedImage,
        String runtimeHandler,
        String imageRef) {
    public ImageSpec {
        annotations = Map.copyOf(annotations);
    }

    /** The same image, with the id that it was found to have. */
    public ImageSpec withImageRef(String id) {
        return new ImageSpec(image, annotations, userSpecifiedImage, runtimeHandler, id);
    }

    /** A plain reference or id, nothing else said. */
    public static ImageSpec of(String image) {
        return new ImageSpec(image, Map.of(), "", "", "");
    }
}
