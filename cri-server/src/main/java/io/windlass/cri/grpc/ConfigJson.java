package io.windlass.cri.grpc;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.cri.config.Config;
import io.windlass.cri.config.RegistryFileSettings;
import java.util.Locale;

/** The configuration in force as the JSON text of a verbose Status. Readers know "stateDir" and "rootDir" by name. */
final class ConfigJson {
    private ConfigJson() {}

    static String of(Config config) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("rootDir", config.root().toString());
        json.put("stateDir", config.state().toString());
        ObjectNode server = json.putObject("server");
        server.put("listen", config.server().listen().toString());
        ArrayNode allowed = server.putArray("allowedUids");
        config.server().allowedUids().forEach(uid -> allowed.add((long) uid));
        ObjectNode registries = json.putObject("registries");
        config.registries().forEach((host, registry) -> {
            ArrayNode endpoints = registries.putObject(host).putArray("endpoints");
            registry.endpoints().forEach(endpoint -> endpoints.add(endpoint.toString()));
        });
        RegistryFileSettings files = config.image().registries();
        ObjectNode registryFiles = json.putObject("registryFiles");
        ArrayNode sources = registryFiles.putArray("sources");
        files.sources().forEach(source -> sources.add(source.spelling()));
        ArrayNode hostsDirs = registryFiles.putArray("hostsDirs");
        files.hostsDirs().forEach(folder -> hostsDirs.add(folder.toString()));
        registryFiles.put("registriesConf", files.registriesConf().toString());
        json.putObject("cgroup")
                .put("driver", config.cgroup().driver().name().toLowerCase(Locale.ROOT))
                .put("defaultParent", config.cgroup().defaultParent());
        json.putObject("network")
                .put("subnet", config.network().subnet())
                .put("subnet6", config.network().subnet6())
                .put("bridge", config.network().bridge())
                .put("mtu", config.network().mtu());
        ObjectNode cni =
                json.putObject("cni").put("confDir", config.cni().confDir().toString());
        ArrayNode plugins = cni.putArray("binDirs");
        config.cni().binDirs().forEach(folder -> plugins.add(folder.toString()));
        ArrayNode specDirs =
                json.putObject("cdi").put("enabled", config.cdi().enabled()).putArray("specDirs");
        config.cdi().specDirs().forEach(folder -> specDirs.add(folder.toString()));
        json.putObject("streaming").put("address", config.streaming().address().toString());
        json.putObject("log").put("level", config.log().level());
        return json.toString();
    }
}
