/** Images and registries for tests: both made here, so that every test says what it needs. */
@NullMarked
package io.windlass.image.testing;

import org.jspecify.annotations.NullMarked;
