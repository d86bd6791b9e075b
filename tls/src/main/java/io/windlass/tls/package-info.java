/** Keys and certificates as they lie in files. */
@NullMarked
package io.windlass.tls;

import org.jspecify.annotations.NullMarked;
