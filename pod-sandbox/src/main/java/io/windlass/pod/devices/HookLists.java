package io.windlass.pod.devices;

import io.windlass.pod.devices.ContainerEdits.Hook;
import io.windlass.runtime.oci.Hooks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A document's hooks while more are added. Not thread-safe. */
final class HookLists {
    private final Map<String, List<io.windlass.runtime.oci.Hook>> byName = new TreeMap<>();

    HookLists(@Nullable Hooks hooks) {
        if (hooks != null) {
            list("prestart").addAll(hooks.prestart());
            list("createRuntime").addAll(hooks.createRuntime());
            list("createContainer").addAll(hooks.createContainer());
            list("startContainer").addAll(hooks.startContainer());
            list("poststart").addAll(hooks.poststart());
            list("poststop").addAll(hooks.poststop());
        }
    }

    void add(Hook hook) {
        list(hook.hookName())
                .add(new io.windlass.runtime.oci.Hook(hook.path(), hook.args(), hook.env(), hook.timeout()));
    }

    Hooks build() {
        return new Hooks(
                list("prestart"),
                list("createRuntime"),
                list("createContainer"),
                list("startContainer"),
                list("poststart"),
                list("poststop"));
    }

    private List<io.windlass.runtime.oci.Hook> list(String name) {
        return byName.computeIfAbsent(name, _ -> new ArrayList<>());
    }
}
