package io.windlass.image.trust;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a policy asks of the images of one scope. Immutable. */
final class PolicyRule {
    private static final int MOST_REASONS = 5;

    private final Place place;
    private final String scope;
    private final List<Requirement> requirements;

    /** @param scope as messages name it */
    PolicyRule(Place place, String scope, List<Requirement> requirements) {
        this.place = place;
        this.scope = scope;
        this.requirements = List.copyOf(requirements);
    }

    /**
     * Refuses an image that does not have all that is required, by a Fault UNTRUSTED with the rule's name.
     *
     * @param manifests what the reference stands for: the index where there is one, and the manifest
     */
    void check(ImageReference asked, List<Digest> manifests, Signatures signatures) {
        for (int i = 0; i < requirements.size(); i++) {
            String name = "%s, %s, requirement %d (%s)"
                    .formatted(place, scope, i + 1, requirements.get(i).type());
            try {
                unmet(requirements.get(i), asked, manifests, signatures).ifPresent(reason -> {
                    throw new Fault(FaultKind.UNTRUSTED, "it is refused: " + reason);
                });
            } catch (Fault e) {
                throw e.in(name);
            }
        }
    }

    private static Optional<String> unmet(
            Requirement requirement, ImageReference asked, List<Digest> manifests, Signatures signatures) {
        return switch (requirement) {
            case Requirement.AcceptAnything _ -> Optional.empty();
            case Requirement.Reject _ -> Optional.of("no image of this scope may be used");
            case Requirement.Unsupported unsupported ->
                Optional.of(unsupported.what() + " cannot be checked by this runtime; sigstoreSigned with keys can");
            case Requirement.SigstoreSigned signed -> unsigned(signed, asked, manifests, signatures);
        };
    }

    private static Optional<String> unsigned(
            Requirement.SigstoreSigned required, ImageReference asked, List<Digest> manifests, Signatures signatures) {
        List<VerificationKey> keys =
                required.keys().stream().map(KeySource::load).toList();
        List<String> reasons = new ArrayList<>();
        List<Fault> unread = new ArrayList<>();
        for (Digest manifest : manifests) {
            for (ImageSignature signature : read(signatures, manifest, unread)) {
                Optional<String> wrong = wrong(signature, required, keys, asked, manifests);
                if (wrong.isEmpty()) {
                    return Optional.empty();
                }
                reasons.add(signature.name() + " " + wrong.get());
            }
        }
        if (!unread.isEmpty()) {
            throw unread.getFirst();
        }
        return Optional.of(
                reasons.isEmpty()
                        ? "nobody has signed " + manifests.getFirst()
                        : String.join("; ", reasons.subList(0, Math.min(MOST_REASONS, reasons.size())))
                                + (reasons.size() > MOST_REASONS
                                        ? "; and " + (reasons.size() - MOST_REASONS) + " more"
                                        : ""));
    }

    /** Where those of one manifest cannot be read, those of another may still do. */
    private static List<ImageSignature> read(Signatures signatures, Digest manifest, List<Fault> unread) {
        try {
            return signatures.of(manifest);
        } catch (Fault e) {
            if (e.kind() == FaultKind.CANCELLED) {
                throw e;
            }
            unread.add(e);
            return List.of();
        }
    }

    private static Optional<String> wrong(
            ImageSignature signature,
            Requirement.SigstoreSigned required,
            List<VerificationKey> keys,
            ImageReference asked,
            List<Digest> manifests) {
        if (keys.stream().noneMatch(key -> key.verifies(signature.payload(), signature.signature()))) {
            return Optional.of("is not by any of the keys " + required.keys());
        }
        SignedClaim claim;
        try {
            claim = SignedClaim.parse(signature.payload());
        } catch (Fault e) {
            return Optional.of("has a payload that cannot be used: " + e.getMessage());
        }
        if (!manifests.contains(claim.manifest())) {
            return Optional.of("is for another image, " + claim.manifest());
        }
        if (!required.identity().accepts(asked, claim.name())) {
            return Optional.of("is for the name " + claim.name() + ", which signedIdentity does not accept"
                    + (claim.name().isRepositoryAlone() && asked.tag().isPresent()
                            ? " (a name without a tag fits matchRepository, exactRepository, or a pull by digest)"
                            : ""));
        }
        return Optional.empty();
    }
}
