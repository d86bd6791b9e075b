package io.windlass.image.hosts;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.reference.ImageReference;
import java.util.List;

/**
 * One {@code [[registry]]} of {@code registries.conf}.
 *
 * @param prefix host and path that references begin with, or {@code *.} and the rest of a host's name
 * @param server what the prefix stands for
 * @param flaws why it cannot be used; references that it is for cannot be pulled then
 */
record RegistryEntry(String prefix, boolean blocked, List<Mirror> mirrors, Mirror server, List<Flaw> flaws) {
    RegistryEntry {
        mirrors = List.copyOf(mirrors);
        flaws = List.copyOf(flaws);
    }

    /** How many characters of the reference are the prefix; -1 when it is for others. */
    int match(ImageReference reference) {
        String text = reference.toString();
        int length = prefix.startsWith("*.") ? wildcard(text) : text.startsWith(prefix) ? prefix.length() : -1;
        boolean ends = length >= 0 && (length == text.length() || "/:@".indexOf(text.charAt(length)) >= 0);
        return ends ? length : -1;
    }

    /** The star stands for one or more labels of the host's name. */
    private int wildcard(String text) {
        String rest = prefix.substring(1);
        int at = text.indexOf(rest);
        return at > 0
                        && text.substring(0, at).indexOf('/') < 0
                        && text.substring(0, at).indexOf(':') < 0
                ? at + rest.length()
                : -1;
    }

    void refuseBlocked() {
        if (blocked) {
            throw new Fault(FaultKind.PERMISSION_DENIED, "pulls from " + prefix + " are blocked by " + server.place());
        }
    }

    void refuseFlaws() {
        if (!flaws.isEmpty()) {
            throw Flaw.fault(flaws);
        }
    }

    /** The reference with the place of a server instead of the prefix. */
    ImageReference at(Mirror place, ImageReference reference) {
        if (place.location().isEmpty()) {
            return reference;
        }
        String moved = place.location() + reference.toString().substring(match(reference));
        try {
            return ImageReference.parse(moved);
        } catch (Fault e) {
            throw new Fault(
                    FaultKind.FAILED_PRECONDITION,
                    place.place() + ": location \"" + place.location() + "\" makes no reference of " + reference + ": "
                            + e.getMessage(),
                    e);
        }
    }
}
