package io.windlass.image.hosts;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Folders that have a {@link CertificateFolder} for each server, named by its host and port. Thread-safe; read anew each time. */
final class CertificateFolders {
    private final List<Path> roots;

    /** @param roots such as /etc/containers/certs.d; the first that has a server's folder counts */
    CertificateFolders(List<Path> roots) {
        this.roots = List.copyOf(roots);
    }

    TlsFiles of(String authority) {
        for (Path root : roots) {
            Path folder = root.resolve(authority);
            // With hosts.toml in it, it is a folder of another kind, whose certificates hosts.toml names.
            if (Files.isDirectory(folder) && !Files.exists(folder.resolve(HostFolders.FILE))) {
                return CertificateFolder.read(folder);
            }
        }
        return TlsFiles.DEFAULT;
    }
}
