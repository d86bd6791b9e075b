package io.windlass.cri.config;

import io.windlass.pod.quota.Quantity;
import io.windlass.pod.quota.QuotaPolicy;

/**
 * {@code [quota]}: limits of what containers write, by project quotas of the filesystems.
 *
 * @param layerBytes of a container that asks for no other; 0: none
 * @param layerInodes as well
 * @param logBytes as well
 */
public record QuotaSettings(long firstProject, long projects, long layerBytes, long layerInodes, long logBytes) {
    static QuotaSettings read(Section section) {
        long first = section.integer(
                "first_project",
                QuotaPolicy.USUAL_FIRST_PROJECT,
                1,
                QuotaPolicy.LAST_PROJECT,
                "The first of the project ids that containers get; nobody else on the node should use them.");
        long projects = section.integer(
                "projects",
                QuotaPolicy.USUAL_PROJECTS,
                1,
                QuotaPolicy.LAST_PROJECT,
                "How many project ids there are: a container needs one, and one more where its log is limited.");
        if (first + projects - 1 > QuotaPolicy.LAST_PROJECT) {
            section.refuse(
                    "projects",
                    "the last project id would be " + (first + projects - 1) + ", more than "
                            + QuotaPolicy.LAST_PROJECT);
        }
        return new QuotaSettings(
                first,
                projects,
                limit(
                        section,
                        "layer_bytes",
                        "Bytes that a container's writable layer may take, like \"10Gi\"; \"0\": no limit. Pods change it by annotation."),
                limit(
                        section,
                        "layer_inodes",
                        "Files and folders that a container's writable layer may hold; \"0\": no limit."),
                limit(
                        section,
                        "log_bytes",
                        "Bytes that a container's log may take until kubelet has packed it; over twice its containerLogMaxSize. \"0\": no limit."));
    }

    private static long limit(Section section, String key, String description) {
        return section.parsed(key, 0L, Quantity::parse, given -> Long.toString(given), description);
    }
}
