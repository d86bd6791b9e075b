/** What the kernel's security modules do for containers: AppArmor's profiles, as they are loaded on this machine. */
@NullMarked
package io.windlass.pod.security;

import org.jspecify.annotations.NullMarked;
