package io.windlass.cri.config;

import java.nio.file.Path;
import java.util.Optional;

/** What {@code [image]} says of signatures that images must have. */
public record SignatureSettings(Optional<Path> policy, Optional<Path> namespacePolicies) {
    static SignatureSettings read(Section section) {
        return new SignatureSettings(
                path(
                        section,
                        "signature_policy",
                        "The policy in the form of containers-policy.json(5); without any, every image is accepted unchecked."),
                path(
                        section,
                        "signature_policy_dir",
                        "A folder with NAMESPACE.json, policies that take its place for pods of that namespace."));
    }

    private static Optional<Path> path(Section section, String key, String description) {
        return section.parsed(
                key,
                Optional.empty(),
                text -> text.isEmpty() ? Optional.empty() : Optional.of(Parsers.absolutePath(text)),
                path -> path.map(Path::toString).orElse(""),
                description);
    }
}
