package io.windlass.linux;

import io.windlass.fault.Fault;

/** The machine architectures that Windlass knows. */
public enum Architecture {
    X86_64,
    AARCH64;

    /** The architecture of this machine. */
    public static Architecture current() {
        String name = System.getProperty("os.arch", "");
        return switch (name) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64" -> AARCH64;
            default ->
                throw Fault.unimplemented("cannot run on architecture " + name + ": only x86_64 and aarch64 are known");
        };
    }
}
