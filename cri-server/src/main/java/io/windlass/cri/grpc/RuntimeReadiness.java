package io.windlass.cri.grpc;

import io.windlass.cri.v1.RuntimeCondition;
import io.windlass.fault.Fault;
import io.windlass.pod.security.AppArmor;
import io.windlass.pod.security.Selinux;

/** Whether pods can be run, and what this node lacks for running all of them as they should be. Thread-safe. */
final class RuntimeReadiness {
    private final Runnable helper;
    private final AppArmor appArmor;
    private final Selinux selinux;
    private final String withoutQuotas;

    /**
     * @param helper finds or starts what runs pods, and fails with a fault where that cannot be
     * @param withoutQuotas why limits of the configuration cannot be kept; empty when they can
     */
    RuntimeReadiness(Runnable helper, AppArmor appArmor, Selinux selinux, String withoutQuotas) {
        this.helper = helper;
        this.appArmor = appArmor;
        this.selinux = selinux;
        this.withoutQuotas = withoutQuotas;
    }

    /** Pods can be run as long as the helper answers, or can be started again. */
    RuntimeCondition condition() {
        RuntimeCondition.Builder condition = RuntimeCondition.newBuilder().setType("RuntimeReady");
        try {
            helper.run();
        } catch (Fault e) {
            return condition
                    .setStatus(false)
                    .setReason("HelperUnavailable")
                    .setMessage(e.getMessage())
                    .build();
        }
        condition.setStatus(true);
        String lacking = appArmor.lacking();
        if (!withoutQuotas.isEmpty()) {
            condition
                    .setReason("ProjectQuotasMissing")
                    .setMessage("containers are refused that [quota] limits: " + withoutQuotas);
        } else if (!lacking.isEmpty()) {
            condition
                    .setReason("AppArmorProfileMissing")
                    .setMessage("containers that do not ask for an AppArmor profile run without one: " + lacking);
        } else if (selinux.enabled() && selinux.contexts().isEmpty()) {
            condition
                    .setReason("SelinuxLabelsMissing")
                    .setMessage("containers run without SELinux labels of their own: " + selinux.problem());
        }
        return condition.build();
    }
}
