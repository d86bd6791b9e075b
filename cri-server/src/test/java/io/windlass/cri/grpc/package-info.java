@NullMarked
package io.windlass.cri.grpc;

import org.jspecify.annotations.NullMarked;
