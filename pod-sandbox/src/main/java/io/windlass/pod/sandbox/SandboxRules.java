package io.windlass.pod.sandbox;

import io.windlass.fault.Fault;
import io.windlass.pod.model.LinuxPodSandboxConfig;
import io.windlass.pod.model.LinuxSandboxSecurityContext;
import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.model.PodSandboxMetadata;
import io.windlass.pod.spec.NamespaceRules;
import io.windlass.pod.spec.SysctlRules;

/** What a sandbox configuration may ask for in vain: each is refused by the name of its field. */
final class SandboxRules {
    private static final int LONGEST_HOSTNAME = 64;

    private SandboxRules() {}

    static void check(PodSandboxConfig config) {
        PodSandboxMetadata metadata = config.metadata();
        if (metadata.name().isEmpty()
                || metadata.namespace().isEmpty()
                || metadata.uid().isEmpty()) {
            throw Fault.invalid(
                    "cannot run pod sandbox " + metadata + ": metadata needs a name, a namespace and a uid");
        }
        if (config.hostname().length() > LONGEST_HOSTNAME) {
            throw Fault.invalid("cannot run pod sandbox " + metadata + ": hostname '" + config.hostname()
                    + "' is longer than the kernel's " + LONGEST_HOSTNAME + " bytes");
        }
        if (!config.logDirectory().isEmpty() && !config.logDirectory().startsWith("/")) {
            throw Fault.invalid("cannot run pod sandbox " + metadata + ": log_directory '" + config.logDirectory()
                    + "' is not absolute");
        }
        LinuxPodSandboxConfig linux = config.linux();
        LinuxSandboxSecurityContext security = linux.securityContext();
        NamespaceRules.check(security.namespaceOptions(), "linux.security_context.namespace_options");
        if (security.namespaceOptions().pid() == NamespaceMode.TARGET) {
            throw Fault.invalid("cannot run pod sandbox " + metadata
                    + ": linux.security_context.namespace_options.pid TARGET is for containers only");
        }
        if (security.runAsGroup().isPresent() && security.runAsUser().isEmpty()) {
            throw Fault.invalid("cannot run pod sandbox " + metadata
                    + ": linux.security_context.run_as_group needs run_as_user with it");
        }
        SysctlRules.check(linux.sysctls(), security.namespaceOptions());
    }
}
