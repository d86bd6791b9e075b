package io.windlass.image.trust;

import io.windlass.fault.Fault;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The policies of a node. Files are read for each pull, so that a change counts at once. A file that is missing or wrong stops the pulls
 * it is for: what should have been refused is never accepted by mistake.
 *
 * @param policy for all pulls; without any, everything is accepted
 * @param folder with {@code NAMESPACE.json}, which take its place for the pods of a namespace
 */
public record SignaturePolicies(Optional<Path> policy, Optional<Path> folder) {
    public static final SignaturePolicies NONE = new SignaturePolicies(Optional.empty(), Optional.empty());

    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,252}");

    /**
     * The policy for a pull.
     *
     * @param namespace of the pod that the pull is for; empty where it names none
     */
    public Optional<SignaturePolicy> find(String namespace) {
        return folder.filter(_ -> !namespace.isEmpty())
                .flatMap(dir -> own(dir, namespace))
                .or(() -> policy)
                .map(PolicyFile::read);
    }

    private static Optional<Path> own(Path folder, String namespace) {
        if (!NAMESPACE.matcher(namespace).matches()) {
            throw Fault.invalid("cannot find the signature policy of namespace '" + namespace
                    + "': that is no name of a namespace");
        }
        if (!Files.isDirectory(folder)) {
            throw Fault.precondition("cannot find the signature policy of namespace " + namespace + ": the folder "
                    + folder + " of [image] signature_policy_dir cannot be read");
        }
        Path file = folder.resolve(namespace + ".json");
        // A link that leads nowhere, or what cannot be looked at, counts as there: reading it then says what is wrong.
        return Files.notExists(file, LinkOption.NOFOLLOW_LINKS) ? Optional.empty() : Optional.of(file);
    }
}
