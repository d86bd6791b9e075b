/** As much of the D-Bus protocol as a client of systemd needs (D-Bus Specification 0.43). */
@NullMarked
package io.windlass.systemd.dbus;

import org.jspecify.annotations.NullMarked;
