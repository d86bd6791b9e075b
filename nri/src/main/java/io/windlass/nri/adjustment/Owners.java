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
    private final Map<Part, String> owners = new HashMap<>();

    Owners(String container) {
        this.container = container;
    }

    /** @param key which entry of a map or list; empty for a part that is one value */
    void claim(Field field, String key, String plugin) {
        String other = owners.putIfAbsent(new Part(field, key), plugin);
        if (other != null && !other.equals(plugin)) {
            throw Fault.precondition("cannot adjust container %s: plugins %s and %s both set %s"
                    .formatted(container, other, plugin, new Part(field, key)));
        }
    }

    void claim(Field field, String plugin) {
        claim(field, "", plugin);
    }

    /** What was set before is taken back. */
    void release(Field field, String key) {
        owners.remove(new Part(field, key));
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
