package io.windlass.pod.plugin;

import io.windlass.runtime.oci.Resources;

/**
 * New limits for a container that exists, as a plugin asks for them.
 *
 * @param containerId as the CRI knows it
 * @param resources only what is set is changed
 * @param ignoreFailure whether a failure is only logged
 */
public record ContainerChange(String containerId, Resources resources, boolean ignoreFailure) {}
