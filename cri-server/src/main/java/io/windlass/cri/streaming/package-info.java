/**
 * The streaming server: exec, attach and port-forward over SPDY/3.1 and WebSocket, as Kubernetes' clients speak them.
 *
 * <p>A request becomes a single-use URL; whoever presents it is upgraded to one of the transports. Netty's event loop only
 * moves frames; each session's work blocks on virtual threads.
 */
@NullMarked
package io.windlass.cri.streaming;

import org.jspecify.annotations.NullMarked;
