package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.pod.model.LinuxContainerSecurityContext;
import io.windlass.pod.model.SecurityProfile;
import io.windlass.pod.security.AppArmor;
import java.util.Optional;

/** Which AppArmor profile confines a container. */
final class AppArmorSelection {
    private static final String LOCALHOST = "localhost/";

    private AppArmorSelection() {}

    /**
     * Privileged and Unconfined have none. Who asks for nothing gets our own where there is one, as with other runtimes; who asks for one by
     * name or for our own is refused where it would not be applied.
     */
    static Optional<String> select(LinuxContainerSecurityContext security, AppArmor appArmor) {
        if (security.privileged()) {
            return Optional.empty();
        }
        if (security.apparmor().isEmpty() && security.apparmorProfile().isEmpty()) {
            return appArmor.runtimeDefault();
        }
        SecurityProfile profile = security.apparmor()
                .orElseGet(() -> DeprecatedProfiles.parse("apparmor_profile", security.apparmorProfile()));
        return switch (profile.type()) {
            case UNCONFINED -> Optional.empty();
            case RUNTIME_DEFAULT -> appArmor.enabled() ? Optional.of(own(appArmor)) : Optional.empty();
            case LOCALHOST -> Optional.of(loaded(profile.localhostRef(), appArmor));
        };
    }

    private static String own(AppArmor appArmor) {
        return appArmor.runtimeDefault()
                .orElseThrow(
                        () -> Fault.precondition("cannot use apparmor profile RuntimeDefault: " + appArmor.problem()));
    }

    /** Clients write {@code localhost_ref} with and without the prefix of the older field. */
    private static String loaded(String reference, AppArmor appArmor) {
        String name = reference.startsWith(LOCALHOST) ? reference.substring(LOCALHOST.length()) : reference;
        if (name.isEmpty()) {
            throw Fault.invalid("cannot use apparmor profile Localhost: localhost_ref is empty");
        }
        if (!appArmor.enabled()) {
            throw Fault.precondition("cannot use apparmor profile localhost/" + name + ": this kernel has no AppArmor");
        }
        if (!appArmor.loaded(name)) {
            throw Fault.precondition("cannot use apparmor profile localhost/" + name
                    + ": it is not loaded on this node; load it with apparmor_parser");
        }
        return name;
    }
}
