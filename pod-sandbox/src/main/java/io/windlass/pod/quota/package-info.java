/** Hard limits of what containers write: on their writable layers and logs, by project quotas of the filesystems. */
@NullMarked
package io.windlass.pod.quota;

import org.jspecify.annotations.NullMarked;
