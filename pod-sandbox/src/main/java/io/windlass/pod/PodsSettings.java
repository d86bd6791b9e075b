package io.windlass.pod;

import io.windlass.pod.quota.QuotaPolicy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where a daemon keeps its pods.
 *
 * @param database the store's file
 * @param state the folder for sockets, pinned namespaces and exit records; of this daemon alone
 * @param cgroupParent below which pods lie whose request names no parent; of this daemon alone
 * @param seccompProfiles where relative names of Localhost profiles are looked up
 * @param checkpoints the folder for checkpoints that are being made or restored; on disk, of this daemon alone
 * @param programs the folders where programs of the host are looked up
 * @param quotas how project quotas are given
 */
public record PodsSettings(
        Path database,
        Path state,
        String cgroupParent,
        Path seccompProfiles,
        Path checkpoints,
        List<Path> programs,
        QuotaPolicy quotas) {
    /**
     * The usual places below a root and a state folder. The cgroup's name holds a digest of the state folder, unless that is
     * the usual one, so that daemons with different folders never meet.
     */
    public static PodsSettings of(Path root, Path state) {
        Path absolute = state.toAbsolutePath().normalize();
        String suffix = absolute.equals(Path.of("/run/windlass")) ? "" : "-" + digest(absolute);
        return new PodsSettings(
                root.resolve("state.db"),
                absolute,
                "/windlass" + suffix,
                Path.of("/var/lib/kubelet/seccomp"),
                root.toAbsolutePath().resolve("checkpoints"),
                programs(System.getenv()),
                QuotaPolicy.USUAL);
    }

    private static List<Path> programs(Map<String, String> environment) {
        return Stream.of(environment
                        .getOrDefault("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
                        .split(":", -1))
                .filter(folder -> folder.startsWith("/"))
                .map(Path::of)
                .toList();
    }

    private static String digest(Path folder) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(folder.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
