package io.windlass.nri.adjustment;

import io.windlass.fault.Fault;
import io.windlass.proto.nri.CompoundFieldOwners;
import io.windlass.proto.nri.Field;
import io.windlass.proto.nri.FieldOwners;
import java.util.HashMap;
import java.util.Map;

/**
 * Which plugin set which part of one container: two that set the same part are in conflict, unless the later one first asks
 * for its removal. Not thread-safe.
 */
final class Owners {
    private final String container;
    /** A name with a leading "-" is of who took the part back. */
    private final Map<Part, String> owners = new HashMap<>();

    Owners(String container) {
        this.container = container;
    }

    /** @param key which entry of a map or list; empty for a part that is one value */
    void claim(Field field, String key, String plugin) {
        Part part = new Part(field, key);
        String other = owners.getOrDefault(part, plugin);
        if (!Marked.of(other).key().equals(plugin)) {
            throw Fault.precondition("cannot adjust container %s: plugins %s and %s both set %s"
                    .formatted(container, Marked.of(other).key(), plugin, part));
        }
        owners.put(part, plugin);
    }

    void claim(Field field, String plugin) {
        claim(field, "", plugin);
    }

    /** What another plugin set is taken back by this one, whose it is from now on. */
    void release(Field field, String key, String plugin) {
        owners.computeIfPresent(new Part(field, key), (_, _) -> "-" + plugin);
    }

    /** Hooks add up, so they have several owners. */
    void addTo(Field field, String plugin) {
        owners.merge(new Part(field, ""), plugin, (before, added) -> before + "," + added);
    }

    /** For those who validate the outcome. */
    FieldOwners message() {
        FieldOwners.Builder message = FieldOwners.newBuilder();
        Map<Integer, CompoundFieldOwners.Builder> compound = new HashMap<>();
        owners.forEach((part, plugin) -> {
            if (part.key().isEmpty()) {
                message.putSimple(part.field().getNumber(), plugin);
            } else {
                compound.computeIfAbsent(part.field().getNumber(), _ -> CompoundFieldOwners.newBuilder())
                        .putOwners(part.key(), plugin);
            }
        });
        compound.forEach((field, keys) -> message.putCompound(field, keys.build()));
        return message.build();
    }

    private record Part(Field field, String key) {
        @Override
        public String toString() {
            return key.isEmpty() ? field.name() : field.name() + " '" + key + "'";
        }
    }
}
