package io.windlass.systemd.dbus;

/** The other side's answer that it cannot do what a call asked for. */
public final class DbusException extends Exception {
    private static final long serialVersionUID = 1;

    private final String name;

    public DbusException(String name, String message) {
        super(message);
        this.name = name;
    }

    /** Like org.freedesktop.systemd1.NoSuchUnit. */
    public String name() {
        return name;
    }

    /** The same, with the stack of whoever waited for it. */
    public DbusException again() {
        DbusException here = new DbusException(name, String.valueOf(getMessage()));
        here.addSuppressed(this);
        return here;
    }

    public boolean is(String other) {
        return name.equals(other);
    }
}
