package io.windlass.pod.devices;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The content of a CDI specification file, as it is written there. */
record CdiSpec(
        String cdiVersion,
        String kind,
        Map<String, String> annotations,
        List<Device> devices,
        ContainerEdits containerEdits) {
    CdiSpec {
        cdiVersion = Absent.text(cdiVersion);
        kind = Absent.text(kind);
        annotations = Absent.map(annotations);
        devices = Absent.list(devices);
        containerEdits = containerEdits == null ? ContainerEdits.NONE : containerEdits;
    }

    String vendor() {
        return kind.substring(0, Math.max(0, kind.indexOf('/')));
    }

    String deviceClass() {
        return kind.substring(kind.indexOf('/') + 1);
    }

    /** The name by which containers ask for one of its devices. */
    CdiName nameOf(Device device) {
        return new CdiName(vendor(), deviceClass(), device.name());
    }

    /** One device and the edits that bring it into a container. */
    record Device(String name, Map<String, String> annotations, ContainerEdits containerEdits) {
        Device {
            name = Absent.text(name);
            annotations = Absent.map(annotations);
            containerEdits = containerEdits == null ? ContainerEdits.NONE : containerEdits;
        }
    }

    /** What an absent field becomes. */
    static final class Absent {
        private Absent() {}

        static String text(@Nullable String value) {
            return value == null ? "" : value;
        }

        static <T> List<T> list(@Nullable List<T> value) {
            return value == null ? List.of() : List.copyOf(value);
        }

        static Map<String, String> map(@Nullable Map<String, String> value) {
            return value == null ? Map.of() : Map.copyOf(value);
        }
    }
}
