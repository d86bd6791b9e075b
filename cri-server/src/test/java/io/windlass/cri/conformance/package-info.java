/** The conformance table against the wire format, the code and the tests that it speaks of. */
@NullMarked
package io.windlass.cri.conformance;

import org.jspecify.annotations.NullMarked;
