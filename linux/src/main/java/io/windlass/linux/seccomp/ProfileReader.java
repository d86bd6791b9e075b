package io.windlass.linux.seccomp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.windlass.fault.Fault;
import io.windlass.linux.Architecture;
import io.windlass.linux.Capability;
import io.windlass.linux.Errno;
import io.windlass.linux.seccomp.SyscallRule.Circumstances;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads profiles in JSON. What would change a container's protection and is not understood is an error. */
final class ProfileReader {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> PROFILE_KEYS = Set.of(
            "defaultAction",
            "defaultErrnoRet",
            "defaultErrno",
            "architectures",
            "archMap",
            "syscalls",
            "flags",
            "listenerPath",
            "listenerMetadata",
            "comment");
    private static final Set<String> RULE_KEYS =
            Set.of("name", "names", "action", "errnoRet", "errno", "args", "includes", "excludes", "comment");
    private static final Set<String> ARGUMENT_KEYS = Set.of("index", "value", "valueTwo", "op");
    private static final Set<String> CIRCUMSTANCE_KEYS = Set.of("caps", "arches", "minKernel");

    private final String source;

    private ProfileReader(String source) {
        this.source = source;
    }

    static SeccompPolicy read(byte[] json, String source) {
        ProfileReader reader = new ProfileReader(source);
        try {
            return reader.policy(JSON.readTree(json));
        } catch (JsonProcessingException e) {
            throw reader.wrong("it is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw reader.wrong(String.valueOf(e.getMessage()));
        } catch (Fault e) {
            throw e.in("cannot read seccomp profile " + source);
        }
    }

    private Fault wrong(String reason) {
        return Fault.invalid("cannot read seccomp profile " + source + ": " + reason);
    }

    private SeccompPolicy policy(JsonNode profile) {
        checkKeys(profile, PROFILE_KEYS, "the profile");
        if (!profile.path("listenerPath").asText("").isEmpty()) {
            throw Fault.unimplemented("listenerPath is not supported: this runtime has no listener for notifications");
        }
        if (profile.path("flags").size() > 0) {
            throw Fault.unimplemented("flags are not supported: " + profile.path("flags"));
        }
        List<SyscallRule> rules = new ArrayList<>();
        for (JsonNode rule : profile.path("syscalls")) {
            rules.add(rule(rule));
        }
        SeccompAction defaultAction =
                SeccompAction.parse(text(profile, "defaultAction"), errno(profile, "defaultErrnoRet", "defaultErrno"));
        return new SeccompPolicy(defaultAction, architectures(profile), rules);
    }

    /** The conventions to admit, for whichever machine: those of another machine do no harm on this one. */
    private List<SeccompArchitecture> architectures(JsonNode profile) {
        List<SeccompArchitecture> found = new ArrayList<>();
        for (String name : texts(profile.path("architectures"))) {
            SeccompArchitecture.parse(name).ifPresent(found::add);
        }
        for (JsonNode entry : profile.path("archMap")) {
            for (Architecture machine : Architecture.values()) {
                if (text(entry, "architecture").equals("SCMP_ARCH_" + SeccompArchitecture.of(machine))) {
                    for (String name : texts(entry.path("subArchitectures"))) {
                        SeccompArchitecture.parse(name).ifPresent(found::add);
                    }
                }
            }
        }
        return found;
    }

    private SyscallRule rule(JsonNode rule) {
        checkKeys(rule, RULE_KEYS, "a rule");
        List<String> names = new ArrayList<>(texts(rule.path("names")));
        if (rule.hasNonNull("name")) {
            names.add(text(rule, "name"));
        }
        if (names.isEmpty()) {
            throw Fault.invalid("a rule names no system call");
        }
        List<ArgumentCondition> arguments = new ArrayList<>();
        for (JsonNode argument : rule.path("args")) {
            arguments.add(argument(argument));
        }
        return new SyscallRule(
                names,
                SeccompAction.parse(text(rule, "action"), errno(rule, "errnoRet", "errno")),
                arguments,
                circumstances(rule.path("includes")),
                circumstances(rule.path("excludes")));
    }

    private ArgumentCondition argument(JsonNode argument) {
        checkKeys(argument, ARGUMENT_KEYS, "an argument");
        return new ArgumentCondition(
                number(argument, "index").orElse(0),
                ArgumentCondition.Operator.parse(text(argument, "op")),
                unsigned(argument.path("value")),
                unsigned(argument.path("valueTwo")));
    }

    private Circumstances circumstances(JsonNode node) {
        checkKeys(node, CIRCUMSTANCE_KEYS, "a rule's circumstances");
        return new Circumstances(
                Capability.parseAll(texts(node.path("caps"))),
                Set.copyOf(texts(node.path("arches"))),
                node.hasNonNull("minKernel")
                        ? Optional.of(KernelVersion.parse(text(node, "minKernel")))
                        : Optional.empty());
    }

    private static void checkKeys(JsonNode node, Set<String> known, String what) {
        node.fieldNames().forEachRemaining(key -> {
            if (!known.contains(key)) {
                throw Fault.invalid("'" + key + "' is not a key of " + what);
            }
        });
    }

    private static String text(JsonNode node, String key) {
        JsonNode value = node.path(key);
        if (!value.isTextual()) {
            throw Fault.invalid("'" + key + "' is missing or not text");
        }
        return value.textValue();
    }

    private static OptionalInt number(JsonNode node, String key) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return OptionalInt.empty();
        }
        if (!value.canConvertToInt()) {
            throw Fault.invalid("'" + key + "' is not a number: " + value);
        }
        return OptionalInt.of(value.intValue());
    }

    /** The number of an error, or its name, which the profiles of Podman have beside it. */
    private static OptionalInt errno(JsonNode node, String numberKey, String nameKey) {
        OptionalInt number = number(node, numberKey);
        if (number.isPresent() || !node.hasNonNull(nameKey)) {
            return number;
        }
        String name = text(node, nameKey);
        return OptionalInt.of(Errno.named(name)
                .orElseThrow(() -> Fault.invalid("'" + name + "' is not the name of an error"))
                .number());
    }

    private static long unsigned(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return 0;
        }
        if (!value.isIntegralNumber() || value.bigIntegerValue().bitLength() > Long.SIZE) {
            throw Fault.invalid("a value to compare with is not a 64-bit number: " + value);
        }
        return value.bigIntegerValue().longValue();
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : array) {
            if (!element.isTextual()) {
                throw Fault.invalid("a list of names has something else in it: " + element);
            }
            texts.add(element.textValue());
        }
        return texts;
    }
}
