package io.windlass.image.trust;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a file in the form of containers-policy.json(5), as strictly as the tools that it comes from. */
final class PolicyFile {
    private static final int MOST_BYTES = 4 << 20;
    private static final String REGISTRIES = "docker";

    private PolicyFile() {}

    /** @throws Fault FAILED_PRECONDITION with file and line, when it is missing or wrong */
    static SignaturePolicy read(Path file) {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(MOST_BYTES + 1);
        } catch (IOException e) {
            throw Fault.precondition("cannot read signature policy " + file + ": " + e);
        }
        if (content.length > MOST_BYTES) {
            throw Fault.precondition(
                    "cannot read signature policy " + file + ": it has more than " + MOST_BYTES + " bytes");
        }
        try {
            return policy(PlacedJson.parse(file.toString(), content));
        } catch (Fault e) {
            throw e.in("the signature policy is wrong");
        }
    }

    private static SignaturePolicy policy(PlacedJson document) {
        Map<String, PlacedJson> fields = document.fields("a policy", Set.of("default", "transports"));
        PlacedJson otherwise = document.field("a policy", "default");
        PolicyRule fallback = new PolicyRule(otherwise.place(), "default", requirements(otherwise, "default"));
        Map<String, PolicyRule> registries = new HashMap<>();
        if (fields.containsKey("transports")) {
            fields.get("transports").fields("transports").forEach((transport, scopes) -> {
                Map<String, PolicyRule> rules = rules(transport, scopes);
                if (transport.equals(REGISTRIES)) {
                    registries.putAll(rules);
                }
            });
        }
        return new SignaturePolicy(fallback, registries);
    }

    private static Map<String, PolicyRule> rules(String transport, PlacedJson scopes) {
        Map<String, PolicyRule> rules = new HashMap<>();
        scopes.fields("transport " + transport).forEach((scope, list) -> {
            String name = "scope \"" + scope + "\"";
            rules.put(scope, new PolicyRule(list.place(), name, requirements(list, name)));
        });
        return rules;
    }

    private static List<Requirement> requirements(PlacedJson list, String where) {
        List<Requirement> requirements = new ArrayList<>();
        for (PlacedJson requirement : list.items("the list of requirements of " + where)) {
            requirements.add(RequirementReader.read(requirement));
        }
        return requirements;
    }
}
