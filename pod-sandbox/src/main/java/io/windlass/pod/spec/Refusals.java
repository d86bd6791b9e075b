package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.pod.model.LinuxContainerSecurityContext;

/** What a container configuration may ask for in vain: each is refused by the name of its field. */
final class Refusals {
    private Refusals() {}

    static void check(SpecRequest request) {
        LinuxContainerSecurityContext security = request.security();
        if (security.privileged()
                && !request.sandbox().linux().securityContext().privileged()) {
            throw Fault.invalid("cannot use security_context.privileged: the pod sandbox was made without"
                    + " linux.security_context.privileged");
        }
        NamespaceRules.check(security.namespaceOptions(), "linux.security_context.namespace_options");
        UserNamespaceRules.checkContainer(request);
    }
}
