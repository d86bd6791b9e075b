package io.windlass.pod.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.NamespaceOptions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernel parameters of pods. */
class SysctlRulesTest {
    private static final NamespaceOptions NODE =
            new NamespaceOptions(NamespaceMode.NODE, NamespaceMode.POD, NamespaceMode.NODE, "", Optional.empty());

    @ParameterizedTest
    @CsvSource({
        "net.core.somaxconn, net.core.somaxconn",
        "kernel/shm_rmid_forced, kernel.shm_rmid_forced",
        "net/ipv4/conf/eth0.1/forwarding, net.ipv4.conf.eth0/1.forwarding",
        "fs.mqueue.msg_max, fs.mqueue.msg_max",
    })
    void parametersOfOwnNamespacesAreTaken(String name, String dotted) {
        assertThat(SysctlRules.check(Map.of(name, "1"), NamespaceOptions.DEFAULT))
                .containsExactly(Map.entry(dotted, "1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"vm.swappiness", "kernel.panic", "fs.file-max"})
    void parametersOfTheNodeAreRefused(String name) {
        assertThatThrownBy(() -> SysctlRules.check(Map.of(name, "1"), NamespaceOptions.DEFAULT))
                .hasMessage("cannot set sysctl " + name + ": it is not a parameter of a namespace");
    }

    @Test
    void parametersOfNamespacesThatAreTheNodesAreRefused() {
        assertThatThrownBy(() -> SysctlRules.check(Map.of("net.core.somaxconn", "1"), NODE))
                .hasMessageContaining("the node's network namespace");
        assertThatThrownBy(() -> SysctlRules.check(Map.of("kernel.sem", "1"), NODE))
                .hasMessageContaining("the node's IPC namespace");
    }
}
