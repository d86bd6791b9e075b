package io.windlass.linux.cgroup;

import io.windlass.fault.Fault;
import java.util.List;
import java.util.OptionalLong;

/**
 * Allows or denies the use of devices.
 *
 * @param type a (all), b (block) or c (character)
 * @param major empty: any
 * @param minor empty: any
 * @param access a selection of r (read), w (write), m (mknod)
 */
public record DeviceRule(boolean allow, char type, OptionalLong major, OptionalLong minor, String access) {
    public static final DeviceRule DENY_ALL =
            new DeviceRule(false, 'a', OptionalLong.empty(), OptionalLong.empty(), "rwm");
    public static final DeviceRule ALLOW_ALL =
            new DeviceRule(true, 'a', OptionalLong.empty(), OptionalLong.empty(), "rwm");

    public DeviceRule {
        if (type != 'a' && type != 'b' && type != 'c') {
            throw Fault.invalid("cannot use device rule of type '" + type + "': it is neither a, b nor c");
        }
        if (!access.matches("[rwm]{1,3}")) {
            throw Fault.invalid("cannot use device rule with access '" + access + "': it is not made of r, w and m");
        }
    }

    public static DeviceRule allow(char type, long major, long minor, String access) {
        return new DeviceRule(true, type, OptionalLong.of(major), OptionalLong.of(minor), access);
    }

    boolean everyDevice() {
        return type == 'a' && major.isEmpty() && minor.isEmpty() && everyAccess();
    }

    boolean everyAccess() {
        return access.contains("r") && access.contains("w") && access.contains("m");
    }

    /** The rules of version 1 that say this; its "a" takes no numbers, so that both types are named then. */
    List<String> v1Lines() {
        if (everyDevice()) {
            return List.of("a");
        }
        String numbers = " " + shown(major) + ":" + shown(minor) + " " + access;
        return type == 'a' ? List.of("b" + numbers, "c" + numbers) : List.of(type + numbers);
    }

    private static String shown(OptionalLong number) {
        return number.isPresent() ? Long.toString(number.getAsLong()) : "*";
    }
}
