/** SELinux of the kernel, and what its policy has for containers. */
@NullMarked
package io.windlass.linux.selinux;

import org.jspecify.annotations.NullMarked;
