package io.windlass.runtime.program;

import io.windlass.runtime.oci.Seccomp;
import io.windlass.runtime.oci.SeccompArgument;
import io.windlass.runtime.oci.SeccompSyscall;
import io.windlass.runtime.oci.Spec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps a container's files in their project, so that its quota is a limit.
 *
 * <p>Whoever owns a file may move it into another project or keep a folder from passing its project on (FS_IOC_FSSETXATTR,
 * FS_IOC_SETFLAGS, file_setattr), unless in a user namespace; overlayfs passes that on to the layer below. A filter of its own
 * refuses these calls with EPERM. It stands before the container's policy, whatever that is: of several filters the strictest
 * answer counts.
 */
public final class SealedProjects {
    /** In an OCI document: files stay in their projects if the value is "true". */
    static final String ANNOTATION = "windlass.io/sealed-projects";

    private static final int EPERM = 1;
    /** The kernel takes the lower half of the argument for the request. */
    private static final long REQUEST = 0xffffffffL;

    private static final long FSSETXATTR = 0x401c5820L;
    private static final long SETFLAGS = 0x40086602L;
    /** As programs of 32 bits say it. */
    private static final long SETFLAGS_32 = 0x40046602L;

    static final Seccomp FILTER = new Seccomp(
            "SCMP_ACT_ALLOW",
            null,
            List.of("SCMP_ARCH_X86", "SCMP_ARCH_X32"),
            List.of(),
            null,
            null,
            List.of(
                    // Conditions on one argument are alternatives.
                    refusal("ioctl", request(FSSETXATTR), request(SETFLAGS), request(SETFLAGS_32)),
                    refusal("file_setattr")));

    private SealedProjects() {}

    /** The same document, whose container cannot move its files into other projects. */
    public static Spec seal(Spec spec) {
        Map<String, String> annotations = new LinkedHashMap<>(spec.annotations());
        annotations.put(ANNOTATION, "true");
        return spec.toBuilder().annotations(annotations).build();
    }

    /** Whether this is a document that {@link #seal} has made. */
    public static boolean sealed(Spec spec) {
        return "true".equals(spec.annotations().get(ANNOTATION));
    }

    private static SeccompSyscall refusal(String call, SeccompArgument... arguments) {
        return new SeccompSyscall(List.of(call), "SCMP_ACT_ERRNO", EPERM, List.of(arguments));
    }

    private static SeccompArgument request(long number) {
        return new SeccompArgument(1, REQUEST, number, "SCMP_CMP_MASKED_EQ");
    }
}
