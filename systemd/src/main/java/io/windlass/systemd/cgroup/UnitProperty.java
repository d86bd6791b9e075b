package io.windlass.systemd.cgroup;

import io.windlass.systemd.dbus.MessageWriter;
import java.util.BitSet;

/** A property of a unit, as in org.freedesktop.systemd1(5). */
record UnitProperty(String name, Value value) {
    /** What stands for "no limit". */
    static final long INFINITY = -1;

    static UnitProperty text(String name, String value) {
        return new UnitProperty(name, new Value.Text(value));
    }

    static UnitProperty flag(String name, boolean value) {
        return new UnitProperty(name, new Value.Flag(value));
    }

    /** @param value unsigned */
    static UnitProperty number(String name, long value) {
        return new UnitProperty(name, new Value.Unsigned(value));
    }

    static UnitProperty members(String name, BitSet value) {
        return new UnitProperty(name, new Value.Members(value));
    }

    static UnitProperty process(String name, long pid) {
        return new UnitProperty(name, new Value.ProcessId(pid));
    }

    /** Writes it as a structure of signature (sv). */
    void write(MessageWriter writer) {
        writer.align(8).string(name);
        switch (value) {
            case Value.Text(var text) -> writer.signature("s").string(text);
            case Value.Flag(var flag) -> writer.signature("b").flag(flag);
            case Value.Unsigned(var number) -> writer.signature("t").uint64(number);
            case Value.Members(var numbers) -> writer.signature("ay").octets(numbers.toByteArray());
            case Value.ProcessId(var pid) -> writer.signature("au").array(4, () -> writer.uint32(pid));
        }
    }

    @Override
    public String toString() {
        return name + "=" + value;
    }

    /** A value of one of the types in use. */
    sealed interface Value {
        /** Type s. */
        record Text(String text) implements Value {
            @Override
            public String toString() {
                return text;
            }
        }

        /** Type b. */
        record Flag(boolean set) implements Value {
            @Override
            public String toString() {
                return set ? "yes" : "no";
            }
        }

        /** Type t. */
        record Unsigned(long number) implements Value {
            @Override
            public String toString() {
                return number == INFINITY ? "infinity" : Long.toUnsignedString(number);
            }
        }

        /** Type ay: a set of small numbers, the lowest bit of the first byte for 0. */
        record Members(BitSet numbers) implements Value {
            @Override
            public String toString() {
                return numbers.toString();
            }
        }

        /** Type au with one process id. */
        record ProcessId(long pid) implements Value {
            @Override
            public String toString() {
                return Long.toString(pid);
            }
        }
    }
}
