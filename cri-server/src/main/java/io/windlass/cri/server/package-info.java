/** The Unix socket that kubelet talks to: who may connect, how calls run, are logged and answered when they fail. */
@NullMarked
package io.windlass.cri.server;

import org.jspecify.annotations.NullMarked;
