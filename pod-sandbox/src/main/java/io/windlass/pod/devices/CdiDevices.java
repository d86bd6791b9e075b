package io.windlass.pod.devices;

import io.windlass.fault.Fault;
import io.windlass.pod.devices.KnownDevices.Found;
import io.windlass.pod.model.CdiDevice;
import io.windlass.pod.model.ContainerConfig;
import io.windlass.runtime.oci.Spec;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The devices of the node that containers can ask for by a Container Device Interface name, such as vendor.com/class=device.
 * Nothing is read before the first of them is asked for. Thread-safe.
 */
public final class CdiDevices {
    private static final String ANNOTATION_PREFIX = "cdi.k8s.io/";

    private final Optional<SpecFolders> folders;

    private CdiDevices(Optional<SpecFolders> folders) {
        this.folders = folders;
    }

    /** @param specFolders of specification files; what a later one has comes before what an earlier one has */
    public static CdiDevices of(List<Path> specFolders) {
        return new CdiDevices(Optional.of(new SpecFolders(specFolders)));
    }

    /** Refuses every device. */
    public static CdiDevices off() {
        return new CdiDevices(Optional.empty());
    }

    /** The names that a request has, each once: those of its field, then those of its annotations, ordered by their keys. */
    public static Set<String> asked(ContainerConfig config) {
        Set<String> names = new LinkedHashSet<>();
        for (CdiDevice device : config.cdiDevices()) {
            names.add(CdiName.parse(device.name(), "CDI_devices").toString());
        }
        new TreeMap<>(config.annotations()).forEach((key, value) -> {
            if (key.startsWith(ANNOTATION_PREFIX)) {
                for (String name : value.split(",", -1)) {
                    names.add(CdiName.parse(name, "CDI device of annotation " + key)
                            .toString());
                }
            }
        });
        return names;
    }

    /**
     * The document with the devices in it. All of them or, by a Fault that names the first that cannot be had, none.
     *
     * @param before those that are in it already: they, and what is common to the devices of their files, are not put in twice
     */
    public Spec inject(Spec spec, Collection<String> names, Collection<String> before) {
        List<String> missing =
                names.stream().filter(name -> !before.contains(name)).distinct().toList();
        if (missing.isEmpty()) {
            return spec;
        }
        KnownDevices known = folders.orElseThrow(() ->
                        Fault.precondition("cannot use CDI device " + missing.getFirst() + ": [cdi] enabled is false"))
                .read();
        Set<Path> common = new HashSet<>();
        before.forEach(name -> common.add(resolve(known, name).file().path()));
        EditedSpec edited = new EditedSpec(spec);
        for (String name : missing) {
            Found found = resolve(known, name);
            try {
                if (common.add(found.file().path())) {
                    edited.apply(found.file().spec().containerEdits());
                }
                edited.apply(found.device().containerEdits());
            } catch (Fault e) {
                throw e.in(
                        "cannot use CDI device " + name + " of " + found.file().path());
            }
        }
        return edited.build();
    }

    private static Found resolve(KnownDevices known, String name) {
        CdiName.parse(name, "CDI device");
        try {
            return known.resolve(name);
        } catch (Fault e) {
            throw e.in("cannot use CDI device " + name);
        }
    }

    /** What the folders hold now; empty when turned off. */
    public Optional<Inventory> inventory() {
        return folders.map(SpecFolders::read)
                .map(known -> new Inventory(
                        known.folders(), List.copyOf(known.devices().keySet()), known.problems(), known.conflicts()));
    }

    /**
     * @param devices by full name, also those that cannot be had
     * @param problems of files and folders that cannot be read
     * @param conflicts devices that cannot be had, with the files that claim them
     */
    public record Inventory(
            List<Path> folders, List<String> devices, Map<Path, String> problems, Map<String, List<Path>> conflicts) {}
}
