package io.windlass.pod.spec;

import io.windlass.pod.model.SelinuxLabels;
import io.windlass.pod.security.LabelRules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How volumes come to the label of a container's files.
 *
 * @param emptyFolder a folder of the node in which there is nothing
 */
record VolumeLabels(SelinuxLabels labels, Path emptyFolder) {
    /** What is done to the volume of a mount that asks for it. */
    Optional<Relabelling> relabelling(Path source, String what) {
        return LabelRules.reachesAllFiles(labels)
                ? Optional.empty()
                : Optional.of(Relabelling.of(source, labels.mount(), what));
    }

    /**
     * The layers of an image's volume, as a file system of the container's own needs them: only that can be labelled, as containers share the
     * layers. It takes two layers at least; a single file is none, and has the label that the node's policy gives the layers.
     */
    List<Path> layers(List<Path> places) {
        if (places.size() > 1 || !Files.isDirectory(places.getFirst())) {
            return places;
        }
        List<Path> layers = new ArrayList<>(places);
        layers.add(emptyFolder);
        return layers;
    }
}
