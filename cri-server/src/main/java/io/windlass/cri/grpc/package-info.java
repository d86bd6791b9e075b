/** The CRI's RPCs, one class per noun; each asks the domain and answers with what the mappers make of it. */
@NullMarked
package io.windlass.cri.grpc;

import org.jspecify.annotations.NullMarked;
