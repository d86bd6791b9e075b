package io.windlass.pod.network.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.fault.Fault;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import io.windlass.linux.netlink.RouteRequest;
import io.windlass.linux.netlink.RouteSocket;
import io.windlass.pod.network.NetworkAttachment;
import io.windlass.pod.network.NetworkStatus;
import io.windlass.pod.network.PodLocks;
import io.windlass.pod.network.PodNetwork;
import io.windlass.pod.network.PodNetworkRequest;
import io.windlass.pod.network.PodRanges;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Attaches pods by the plugins of the first CNI configuration. Loopback is brought up without a plugin.
 *
 * <p>A pod is journalled before the first ADD, with the configuration used; it is forgotten once DEL has succeeded for all
 * plugins. So a changed configuration or a crash never leaves a pod that cannot be detached. Thread-safe.
 */
public final class CniNetwork implements PodNetwork {
    private static final String INTERFACE = "eth0";
    private static final Duration PLUGIN_TIMEOUT = Duration.ofSeconds(100);

    private final CniFolders folders;
    private final Syscalls kernel;
    private final CniPlugins plugins;
    private final CniJournal journal;
    private final PodLocks locks = new PodLocks();
    private volatile PodRanges ranges;

    private CniNetwork(CniFolders folders, CniJournal journal, PodRanges ranges, Syscalls kernel) {
        this.folders = folders;
        this.ranges = ranges;
        this.kernel = kernel;
        this.plugins = new CniPlugins(folders.plugins(), PLUGIN_TIMEOUT);
        this.journal = journal;
    }

    /**
     * @param store the SQLite file of the journal, made when missing
     * @param ranges given to plugins with the capability "ipRanges"
     */
    public static CniNetwork open(CniFolders folders, Path store, PodRanges ranges, Syscalls kernel) {
        return new CniNetwork(folders, CniJournal.open(store), ranges, kernel);
    }

    /** Plugins are given these from the next pod on. */
    @Override
    public void use(PodRanges assigned) {
        ranges = assigned;
    }

    /** Whether there is a configuration, good or bad. */
    public boolean configured() {
        return CniConfiguration.find(folders.configurations()).isPresent();
    }

    /** Whether this network has to detach the pod. */
    public boolean knows(String podId) {
        return journal.find(podId).isPresent();
    }

    @Override
    public NetworkAttachment attach(PodNetworkRequest request) {
        return locks.locked(request.podId(), () -> {
            Optional<CniJournal.Entry> before = journal.find(request.podId());
            if (before.isPresent() && before.get().attached()) {
                return attachment(before.get());
            }
            Optional<Path> pin = Optional.of(request.namespacePin());
            before.ifPresent(interrupted -> delete(interrupted, pin));
            return attachNew(request);
        });
    }

    private NetworkAttachment attachNew(PodNetworkRequest request) {
        CniConfiguration configuration = configuration();
        ObjectNode capabilities = CniCapabilities.of(request, ranges);
        CniJournal.Entry intent = new CniJournal.Entry(
                request.podId(), configuration.text(), arguments(request), capabilities.toString(), "");
        journal.put(intent);
        try {
            setLoopbackUp(request.namespacePin());
            JsonNode result = add(intent, configuration, request.namespacePin());
            NetworkAttachment attachment = CniResult.attachment(result, INTERFACE);
            journal.put(intent.attached(result.toString()));
            return attachment;
        } catch (Fault | SyscallException e) {
            try {
                delete(intent, Optional.of(request.namespacePin()));
            } catch (Fault undo) {
                // The journal still has the pod: detaching it tries again.
                e.addSuppressed(undo);
            }
            String context = "cannot attach pod " + request.podId() + " to network " + configuration.name();
            throw e instanceof SyscallException refused ? refused.fault(context) : ((Fault) e).in(context);
        }
    }

    private CniConfiguration configuration() {
        Path file = CniConfiguration.find(folders.configurations())
                .orElseThrow(() -> Fault.precondition("no CNI configuration in " + folders.configurations()));
        return CniConfiguration.read(file);
    }

    private void setLoopbackUp(Path namespacePin) {
        try (RouteSocket pod = RouteSocket.openIn(namespacePin, kernel)) {
            pod.apply(RouteRequest.setUp("lo"));
        }
    }

    private JsonNode add(CniJournal.Entry entry, CniConfiguration configuration, Path pin) {
        Optional<JsonNode> previous = Optional.empty();
        for (ObjectNode plugin : configuration.plugins()) {
            ObjectNode input = input(entry, configuration, plugin, previous);
            Optional<JsonNode> result = plugins.run("ADD", input, environment(entry, Optional.of(pin)));
            previous = result.isPresent() ? result : previous;
        }
        return previous.orElseThrow(() -> Fault.internal("no plugin of it gave a result", null));
    }

    /** Asks the plugins whether the pod's network is as they left it. */
    public void check(String podId, Path pin) {
        CniJournal.Entry entry = journal.find(podId)
                .filter(CniJournal.Entry::attached)
                .orElseThrow(() -> Fault.notFound("cannot check the network of pod " + podId + ": not attached"));
        CniConfiguration configuration = CniConfiguration.parse(entry.configuration());
        if (configuration.checkDisabled() || !configuration.knowsPreviousResult()) {
            return;
        }
        Optional<JsonNode> result = Optional.of(CniConfiguration.tree(entry.result()));
        for (ObjectNode plugin : configuration.plugins()) {
            plugins.run("CHECK", input(entry, configuration, plugin, result), environment(entry, Optional.of(pin)));
        }
    }

    @Override
    public void detach(String podId, Optional<Path> namespace) {
        locks.locked(podId, () -> {
            Optional<CniJournal.Entry> entry = journal.find(podId);
            try {
                entry.ifPresent(known -> delete(known, namespace));
            } catch (Fault e) {
                throw e.in("cannot detach pod " + podId);
            }
            return entry.isPresent();
        });
    }

    /** Calls the plugins in reverse; the first failure ends it, and the pod stays in the journal. */
    private void delete(CniJournal.Entry entry, Optional<Path> namespace) {
        CniConfiguration configuration = CniConfiguration.parse(entry.configuration());
        Optional<JsonNode> result = entry.attached() && configuration.knowsPreviousResult()
                ? Optional.of(CniConfiguration.tree(entry.result()))
                : Optional.empty();
        for (ObjectNode plugin : configuration.plugins().reversed()) {
            plugins.run("DEL", input(entry, configuration, plugin, result), environment(entry, namespace));
        }
        journal.remove(entry.podId());
    }

    private static ObjectNode input(
            CniJournal.Entry entry, CniConfiguration configuration, ObjectNode plugin, Optional<JsonNode> previous) {
        ObjectNode input = plugin.deepCopy();
        input.put("name", configuration.name());
        input.put("cniVersion", configuration.version());
        ObjectNode all = (ObjectNode) CniConfiguration.tree(entry.runtimeConfig());
        ObjectNode declared = CniCapabilities.declared(plugin, all);
        input.remove("capabilities");
        if (!declared.isEmpty()) {
            input.set("runtimeConfig", declared);
        }
        previous.ifPresent(result -> input.set("prevResult", result));
        return input;
    }

    private static Map<String, String> environment(CniJournal.Entry entry, Optional<Path> namespace) {
        Map<String, String> environment = new HashMap<>();
        environment.put("CNI_CONTAINERID", entry.podId());
        environment.put("CNI_NETNS", namespace.map(Path::toString).orElse(""));
        environment.put("CNI_IFNAME", INTERFACE);
        environment.put("CNI_ARGS", entry.arguments());
        return environment;
    }

    private static String arguments(PodNetworkRequest request) {
        return String.join(
                ";",
                List.of(
                        "IgnoreUnknown=1",
                        "K8S_POD_NAMESPACE=" + request.namespace(),
                        "K8S_POD_NAME=" + request.name(),
                        "K8S_POD_INFRA_CONTAINER_ID=" + request.podId(),
                        "K8S_POD_UID=" + request.uid()));
    }

    @Override
    public Optional<NetworkAttachment> find(String podId) {
        return journal.find(podId).filter(CniJournal.Entry::attached).map(CniNetwork::attachment);
    }

    private static NetworkAttachment attachment(CniJournal.Entry entry) {
        return CniResult.attachment(CniConfiguration.tree(entry.result()), INTERFACE);
    }

    @Override
    public NetworkStatus status() {
        CniConfiguration configuration;
        try {
            configuration = configuration();
        } catch (Fault e) {
            return NetworkStatus.notReady("CniConfigurationNotUsable", e.getMessage());
        }
        Set<String> missing = configuration.plugins().stream()
                .map(plugin -> plugin.path("type").asText())
                .filter(type -> plugins.find(type).isEmpty())
                .collect(Collectors.toSet());
        return missing.isEmpty()
                ? NetworkStatus.READY
                : NetworkStatus.notReady(
                        "CniPluginsMissing",
                        "network %s needs plugins %s, which are not in %s"
                                .formatted(configuration.name(), missing, folders.plugins()));
    }

    /** Detaches pods that are gone; those whose DEL fails stay journalled, and the first failure is thrown at the end. */
    @Override
    public void converge(Set<String> livePods) {
        Fault first = null;
        for (CniJournal.Entry entry : journal.all()) {
            if (livePods.contains(entry.podId())) {
                continue;
            }
            try {
                detach(entry.podId(), Optional.empty());
            } catch (Fault e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    @Override
    public void close() {
        journal.close();
    }
}
