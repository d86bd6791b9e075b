package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.pod.model.SecurityProfile;

/** The string forms of security profiles that the typed ones replaced. */
final class DeprecatedProfiles {
    private static final String LOCALHOST = "localhost/";

    private DeprecatedProfiles() {}

    /** Empty and "unconfined" are no profile; "runtime/default" and "docker/default" the runtime's; "localhost/..." a file or name. */
    static SecurityProfile parse(String field, String text) {
        return switch (text) {
            case "", "unconfined" -> new SecurityProfile(SecurityProfile.Type.UNCONFINED, "");
            case "runtime/default", "docker/default" -> new SecurityProfile(SecurityProfile.Type.RUNTIME_DEFAULT, "");
            default -> {
                if (!text.startsWith(LOCALHOST) || text.length() == LOCALHOST.length()) {
                    throw Fault.invalid("cannot use " + field + " '" + text
                            + "': it is none of unconfined, runtime/default, docker/default, localhost/NAME");
                }
                yield new SecurityProfile(SecurityProfile.Type.LOCALHOST, text.substring(LOCALHOST.length()));
            }
        };
    }
}
