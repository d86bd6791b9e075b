package io.windlass.nri.adjustment;

import io.windlass.nri.message.OciMessages;
import io.windlass.proto.nri.ContainerAdjustment;
import io.windlass.proto.nri.Field;
import io.windlass.runtime.oci.Hook;
import io.windlass.runtime.oci.Hooks;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Spec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Adjusts a container's document as one plugin asks. A conflict with an earlier plugin is a fault. */
final class SpecAdjustment {
    private final Owners owners;
    private final String plugin;

    SpecAdjustment(Owners owners, String plugin) {
        this.owners = owners;
        this.plugin = plugin;
    }

    Spec apply(ContainerAdjustment asked, Spec spec) {
        Process process = spec.process() == null ? Process.builder().build() : spec.process();
        Linux linux = spec.linux() == null ? Linux.builder().build() : spec.linux();
        return spec.toBuilder()
                .annotations(annotations(asked.getAnnotationsMap(), spec.annotations()))
                .mounts(new MountAdjustment(owners, plugin).apply(asked.getMountsList(), spec.mounts()))
                .hooks(asked.hasHooks() ? hooks(OciMessages.hooks(asked.getHooks()), spec.hooks()) : spec.hooks())
                .process(new ProcessAdjustment(owners, plugin).apply(asked, process))
                .linux(new LinuxAdjustment(owners, plugin).apply(asked.getLinux(), linux))
                .build();
    }

    private Map<String, String> annotations(Map<String, String> asked, Map<String, String> now) {
        Map<String, String> result = new HashMap<>(now);
        asked.keySet().stream().map(Marked::of).filter(Marked::removal).forEach(key -> {
            owners.release(Field.Annotations, key.key(), plugin);
            result.remove(key.key());
        });
        asked.forEach((key, value) -> {
            if (!Marked.of(key).removal()) {
                owners.claim(Field.Annotations, key, plugin);
                result.put(key, value);
            }
        });
        return result;
    }

    /** Hooks add up, in the order of the plugins. */
    private @Nullable Hooks hooks(Hooks added, @Nullable Hooks now) {
        if (added.none()) {
            return now;
        }
        owners.addTo(Field.OciHooks, plugin);
        Hooks before = now == null ? new Hooks(List.of(), List.of(), List.of(), List.of(), List.of(), List.of()) : now;
        return new Hooks(
                both(before.prestart(), added.prestart()),
                both(before.createRuntime(), added.createRuntime()),
                both(before.createContainer(), added.createContainer()),
                both(before.startContainer(), added.startContainer()),
                both(before.poststart(), added.poststart()),
                both(before.poststop(), added.poststop()));
    }

    private static List<Hook> both(List<Hook> first, List<Hook> second) {
        List<Hook> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
