package io.windlass.pod.devices;

import io.windlass.fault.Fault;
import java.util.regex.Pattern;

/** A fully qualified device name: vendor.com/class=device. */
record CdiName(String vendor, String deviceClass, String device) {
    // Letters are those of ASCII; the rules are those of the CDI specification, "Kind" and "Device names".
    private static final Pattern QUALIFIER = Pattern.compile("[A-Za-z]([A-Za-z0-9_.-]*[A-Za-z0-9])?");
    private static final Pattern DEVICE = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.:-]*[A-Za-z0-9])?");

    /** @param where what the name was found in, for the message */
    static CdiName parse(String text, String where) {
        int equals = text.indexOf('=');
        int slash = text.indexOf('/');
        if (slash < 0 || equals < slash) {
            throw Fault.invalid(
                    "cannot use %s '%s': it is not of the form vendor.com/class=device".formatted(where, text));
        }
        CdiName name =
                new CdiName(text.substring(0, slash), text.substring(slash + 1, equals), text.substring(equals + 1));
        if (!isQualifier(name.vendor) || !isQualifier(name.deviceClass) || !isDevice(name.device)) {
            throw Fault.invalid(("cannot use %s '%s': vendor and class begin with a letter, the device with a letter or"
                            + " digit, all end with one, and between are letters, digits, '_', '-' and '.', of the device ':' too")
                    .formatted(where, text));
        }
        return name;
    }

    static boolean isQualifier(String text) {
        return QUALIFIER.matcher(text).matches();
    }

    static boolean isDevice(String text) {
        return DEVICE.matcher(text).matches();
    }

    @Override
    public String toString() {
        return vendor + "/" + deviceClass + "=" + device;
    }
}
