@NullMarked
package io.windlass.nri.ttrpc;

import org.jspecify.annotations.NullMarked;
