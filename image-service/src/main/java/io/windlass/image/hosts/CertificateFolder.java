package io.windlass.image.hosts;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The older way to give a server's certificates, as Docker has it: a folder with {@code *.crt} for authorities and {@code NAME.cert} with
 * {@code NAME.key} for clients.
 */
final class CertificateFolder {
    private CertificateFolder() {}

    /** @throws Fault FAILED_PRECONDITION for a client's certificate without key, or the other way round */
    static TlsFiles read(Path folder) {
        List<Path> authorities = new ArrayList<>();
        List<TlsFiles.Pair> clients = new ArrayList<>();
        List<Path> files = files(folder);
        for (Path file : files) {
            String name = String.valueOf(file.getFileName());
            if (name.endsWith(".crt")) {
                authorities.add(file);
            } else if (name.endsWith(".cert")) {
                Path key = file.resolveSibling(name.replaceFirst("\\.cert$", ".key"));
                require(files, file, key);
                clients.add(new TlsFiles.Pair(file, key));
            } else if (name.endsWith(".key")) {
                require(files, file, file.resolveSibling(name.replaceFirst("\\.key$", ".cert")));
            }
        }
        return new TlsFiles(true, authorities, clients);
    }

    /** The folder and what lies in it: what one look may compare with another. */
    static List<FileStamp> stamps(Path folder) {
        FileStamp own = FileStamp.of(folder);
        return own.exists()
                ? Stream.concat(Stream.of(own), files(folder).stream().map(FileStamp::of))
                        .toList()
                : List.of(own);
    }

    private static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw Fault.precondition("cannot read folder " + folder + ": " + e);
        }
    }

    private static void require(List<Path> files, Path file, Path other) {
        if (!files.contains(other)) {
            throw Fault.precondition("cannot use " + file + ": there is no " + other.getFileName() + " beside it");
        }
    }
}
