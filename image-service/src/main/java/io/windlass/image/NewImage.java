package io.windlass.image;

import java.util.List;

/**
 * What is to be said of an image that is made on this node.
 *
 * @param changes lines as a Dockerfile has them, for how it is run
 * @param author empty: nobody is named
 */
public record NewImage(List<String> changes, String author, String comment) {
    public NewImage {
        changes = List.copyOf(changes);
    }
}
