package io.windlass.image.trust;

import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.RegistrySession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A file in the form of containers-policy.json(5): for each image the one rule that decides about it. Immutable. */
public final class SignaturePolicy {
    private final PolicyRule otherwise;
    private final Map<String, PolicyRule> registries;

    /** @param registries by scope, of the transport "docker" */
    SignaturePolicy(PolicyRule otherwise, Map<String, PolicyRule> registries) {
        this.otherwise = otherwise;
        this.registries = Map.copyOf(registries);
    }

    /**
     * Refuses an image that the policy does not accept, by a Fault UNTRUSTED with the rule's name.
     *
     * @param manifests what the reference stands for: the index where there is one, and the manifest of this machine. A signature
     *     of either will do: the one says the other's digest, and that is what comes to run
     */
    public void check(ImageReference asked, List<Digest> manifests, RegistrySession registry) {
        rule(asked).check(asked, manifests, new CosignSignatures(registry));
    }

    PolicyRule rule(ImageReference asked) {
        return scopes(asked).stream()
                .map(registries::get)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(otherwise);
    }

    /** The scopes that an image is in, the narrowest first. */
    static List<String> scopes(ImageReference asked) {
        List<String> scopes = new ArrayList<>();
        scopes.add(asked.toString());
        String name = asked.repository().toString();
        for (int slash = name.length(); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
            scopes.add(name.substring(0, slash));
        }
        // Wildcards stand for hosts whatever their port, as in the tools that have this format.
        String host = asked.repository().host();
        for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
            scopes.add("*" + host.substring(dot));
        }
        scopes.add("");
        return scopes;
    }
}
