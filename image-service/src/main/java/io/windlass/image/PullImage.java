package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.image.content.ContentStore;
import io.windlass.image.manifest.Platform;
import io.windlass.image.progress.Pull;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageId;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.registry.RegistryClient;
import io.windlass.image.registry.RegistrySession;
import io.windlass.image.trust.SignaturePolicies;
import io.windlass.image.trust.SignaturePolicy;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Pulls an image: resolves the reference to this platform's manifest, fetches what is not here yet, and records the image.
 * Thread-safe. An interrupt of the calling thread cancels the pull; nothing of a failed pull stays.
 */
final class PullImage {
    private final RegistryClient registries;
    private final SignaturePolicies policies;
    private final ResolveImage resolveImage;
    private final KeepImage keepImage;

    PullImage(RegistryClient registries, SignaturePolicies policies, ContentStore content, KeepImage keepImage) {
        this.registries = registries;
        this.policies = policies;
        this.resolveImage = new ResolveImage(content, Platform.current());
        this.keepImage = keepImage;
    }

    /** @param namespace of the pod that the image is for; empty where that is not known */
    ImageId pull(ImageReference reference, RegistryAuth auth, String namespace, Pull progress) {
        try {
            ImageId id = pullUnnamed(reference, auth, namespace, progress);
            progress.done();
            return id;
        } catch (Fault e) {
            progress.failed(e.getMessage());
            throw e.in("cannot pull image " + reference);
        }
    }

    private ImageId pullUnnamed(ImageReference reference, RegistryAuth auth, String namespace, Pull progress) {
        // Before any request: a policy that cannot be read decides about nothing.
        Optional<SignaturePolicy> policy = policies.find(namespace);
        RegistrySession registry = registries.session(reference, auth, progress);
        ResolveImage.Resolved resolved = resolveImage.resolve(registry, reference.selector());
        // Also of an image that is here: another policy may have let it in, or it came under another name.
        policy.ifPresent(p -> p.check(
                reference,
                Stream.of(resolved.top(), resolved.chosen()).distinct().toList(),
                registry));
        return keepImage.keep(
                registry,
                resolved,
                () -> resolveImage.config(registry, resolved.manifest()),
                names(reference, resolved.top()),
                progress);
    }

    /** What an image is called once it has been fetched by a reference, or put under it: that, and its digest there. */
    static Map<String, Digest> names(ImageReference reference, Digest top) {
        Map<String, Digest> names = new HashMap<>();
        names.put(reference.toString(), top);
        ImageReference pinned =
                ImageReference.pinned(reference.repository(), reference.digest().orElse(top));
        names.put(pinned.toString(), top);
        return names;
    }
}
