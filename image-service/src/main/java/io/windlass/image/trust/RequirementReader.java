package io.windlass.image.trust;

import io.windlass.fault.Fault;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads one requirement of a policy. */
final class RequirementReader {
    private static final String IDENTITY = "signedIdentity";
    private static final Set<String> KEYS = Set.of("keyPath", "keyPaths", "keyData", "keyDatas", "fulcio", "pki");
    private static final Set<String> TRANSPARENCY =
            Set.of("rekorPublicKeyPath", "rekorPublicKeyPaths", "rekorPublicKeyData", "rekorPublicKeyDatas");
    private static final Set<String> SIGSTORE_FIELDS = Stream.of(Set.of("type", IDENTITY), KEYS, TRANSPARENCY)
            .flatMap(Set::stream)
            .collect(Collectors.toUnmodifiableSet());

    private RequirementReader() {}

    static Requirement read(PlacedJson json) {
        PlacedJson type = json.field("a requirement", "type");
        String name = type.text("type");
        return switch (name) {
            case "insecureAcceptAnything" -> alone(json, name, new Requirement.AcceptAnything());
            case "reject" -> alone(json, name, new Requirement.Reject());
            case "sigstoreSigned" -> sigstore(json);
            case "signedBy" -> new Requirement.Unsupported(name, "a signature of GnuPG");
            case "signedBaseLayer" -> new Requirement.Unsupported(name, "the signature of a base image");
            default -> throw type.place().wrong("there is no requirement of the type \"" + name + "\"");
        };
    }

    private static Requirement alone(PlacedJson json, String type, Requirement requirement) {
        json.fields(type, Set.of("type"));
        return requirement;
    }

    private static Requirement sigstore(PlacedJson json) {
        Map<String, PlacedJson> fields = json.fields("sigstoreSigned", SIGSTORE_FIELDS);
        List<String> sources = fields.keySet().stream().filter(KEYS::contains).toList();
        if (sources.size() != 1) {
            throw json.place()
                    .wrong("sigstoreSigned must have exactly one of "
                            + KEYS.stream().sorted().toList() + ", and has " + sources);
        }
        IdentityMatch identity =
                fields.containsKey(IDENTITY) ? identity(fields.get(IDENTITY)) : new IdentityMatch.RepoDigestOrExact();
        String source = sources.getFirst();
        if (source.equals("fulcio") || source.equals("pki")) {
            return new Requirement.Unsupported("sigstoreSigned", "a signature by certificate (" + source + ")");
        }
        for (String field : fields.keySet()) {
            if (TRANSPARENCY.contains(field)) {
                return new Requirement.Unsupported("sigstoreSigned", "a record in a transparency log (" + field + ")");
            }
        }
        return new Requirement.SigstoreSigned(keys(source, json.field("sigstoreSigned", source)), identity);
    }

    private static List<KeySource> keys(String field, PlacedJson value) {
        return switch (field) {
            case "keyPath" -> List.of(file(value, field));
            case "keyPaths" -> each(value, field, item -> file(item, field));
            case "keyData" -> List.of(inline(value, field));
            default -> each(value, field, item -> inline(item, field));
        };
    }

    private static List<KeySource> each(PlacedJson list, String field, Function<PlacedJson, KeySource> read) {
        return list.items(field).stream().map(read).toList();
    }

    private static KeySource file(PlacedJson value, String field) {
        String text = value.text(field);
        try {
            Path file = Path.of(text);
            if (!file.isAbsolute()) {
                throw value.place().wrong(field + " \"" + text + "\" must be an absolute path");
            }
            return new KeySource.KeyFile(file, value.place());
        } catch (InvalidPathException e) {
            throw value.place().wrong(field + " is no path: " + e.getReason());
        }
    }

    private static KeySource inline(PlacedJson value, String field) {
        try {
            byte[] pem = Base64.getDecoder().decode(value.text(field));
            return new KeySource.InlineKey(VerificationKey.parse(pem), value.place());
        } catch (IllegalArgumentException e) {
            throw value.place().wrong(field + " is not valid base64: " + e.getMessage());
        } catch (Fault e) {
            throw e.getMessage().startsWith(value.place().toString())
                    ? e
                    : value.place().wrong(field + ": " + e.getMessage());
        }
    }

    private static IdentityMatch identity(PlacedJson json) {
        PlacedJson type = json.field(IDENTITY, "type");
        String name = type.text("type");
        return switch (name) {
            case "matchExact" -> matched(json, name, new IdentityMatch.Exact());
            case "matchRepoDigestOrExact" -> matched(json, name, new IdentityMatch.RepoDigestOrExact());
            case "matchRepository" -> matched(json, name, new IdentityMatch.SameRepository());
            case "exactReference" -> {
                json.fields(name, Set.of("type", "dockerReference"));
                yield new IdentityMatch.ExactReference(reference(json.field(name, "dockerReference")));
            }
            case "exactRepository" -> {
                json.fields(name, Set.of("type", "dockerRepository"));
                PlacedJson repository = json.field(name, "dockerRepository");
                yield new IdentityMatch.ExactRepository(
                        named(repository, () -> SignedName.repository(repository.text("dockerRepository"))));
            }
            case "remapIdentity" -> {
                json.fields(name, Set.of("type", "prefix", "signedPrefix"));
                yield new IdentityMatch.Remap(
                        prefix(json.field(name, "prefix")), prefix(json.field(name, "signedPrefix")));
            }
            default -> throw type.place().wrong("there is no signedIdentity of the type \"" + name + "\"");
        };
    }

    private static IdentityMatch matched(PlacedJson json, String name, IdentityMatch match) {
        json.fields(name, Set.of("type"));
        return match;
    }

    private static SignedName reference(PlacedJson json) {
        SignedName name = named(json, () -> SignedName.parse(json.text("dockerReference")));
        if (name.isRepositoryAlone()) {
            throw json.place().wrong("dockerReference must have a tag or a digest");
        }
        return name;
    }

    /** A host, or a host with the beginning of a repository's path. */
    private static String prefix(PlacedJson json) {
        String text = json.text("a prefix");
        String example = text + (text.contains("/") ? "" : "/example");
        String full = named(json, () -> SignedName.repository(example)).toString();
        if (!full.equals(example)) {
            throw json.place().wrong("\"" + text + "\" must be a host, or a name that begins with one");
        }
        return text;
    }

    private static <T> T named(PlacedJson json, Supplier<T> parse) {
        try {
            return parse.get();
        } catch (Fault e) {
            throw e.getMessage().startsWith(json.place().toString())
                    ? e
                    : json.place().wrong(e.getMessage());
        }
    }
}
