package io.windlass.cri.config;

import java.nio.file.Path;
import java.util.List;

/** {@code [cni]}: where CNI configurations and plugins lie. */
public record CniSettings(Path confDir, List<Path> binDirs) {
    static CniSettings read(Section section) {
        return new CniSettings(
                section.parsed(
                        "conf_dir",
                        Path.of("/etc/cni/net.d"),
                        Parsers::absolutePath,
                        Path::toString,
                        "Folder of CNI configurations; the first by name is used, before the built-in network."),
                section
                        .texts(
                                "bin_dirs",
                                List.of("/opt/cni/bin", "/usr/lib/cni"),
                                "Folders of CNI plugins, searched in this order.")
                        .stream()
                        .map(Path::of)
                        .toList());
    }
}
