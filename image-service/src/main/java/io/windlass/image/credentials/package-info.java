/** The node's own credentials for registries: in files, and asked of programs. */
@NullMarked
package io.windlass.image.credentials;

import org.jspecify.annotations.NullMarked;
