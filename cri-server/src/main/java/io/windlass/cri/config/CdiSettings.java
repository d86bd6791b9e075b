package io.windlass.cri.config;

import java.nio.file.Path;
import java.util.List;

/**
 * {@code [cdi]}: the Container Device Interface, by which containers ask for devices of the node by name.
 *
 * @param specDirs folders of specification files; what a later one has comes before what an earlier one has
 */
public record CdiSettings(boolean enabled, List<Path> specDirs) {
    static CdiSettings read(Section section) {
        return new CdiSettings(
                section.flag(
                        "enabled", true, "Whether containers may ask for devices by Container Device Interface names."),
                section
                        .texts(
                                "spec_dirs",
                                List.of("/etc/cdi", "/var/run/cdi"),
                                "Folders of CDI specifications (*.json, *.yaml); a later one's come before an earlier one's.")
                        .stream()
                        .map(Parsers::absolutePath)
                        .toList());
    }
}
