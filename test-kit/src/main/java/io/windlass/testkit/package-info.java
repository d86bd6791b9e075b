/** What the tests of all modules share. */
@NullMarked
package io.windlass.testkit;

import org.jspecify.annotations.NullMarked;
