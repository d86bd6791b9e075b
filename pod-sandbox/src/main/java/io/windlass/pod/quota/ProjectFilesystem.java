package io.windlass.pod.quota;

import io.windlass.linux.ProjectQuotas;
import java.util.Locale;

/**
 * A filesystem, and what it does about projects.
 *
 * @param mountpoint where it is mounted, as far as the file that was asked about lies below
 * @param type like ext4
 * @param device like /dev/sda1
 */
public record ProjectFilesystem(String mountpoint, String type, String device, ProjectQuotas quotas) {
    /** What it does about projects, in one word. */
    public String state() {
        return quotas.name().toLowerCase(Locale.ROOT);
    }

    /** Why nobody is kept to a limit here, and what would change that; empty where limits are kept. */
    public String lacking() {
        String which = "the %s filesystem %s (%s)".formatted(type, mountpoint, device);
        return switch (quotas) {
            case ENFORCED -> "";
            case COUNTED ->
                which + " counts project quotas but does not enforce them; mount it with the option prjquota";
            case NONE ->
                switch (type) {
                    case "ext4" ->
                        which
                                + " has no project quotas; give them to it while it is not mounted (tune2fs -O project,quota"
                                + " -Q prjquota " + device + "), and mount it with the option prjquota";
                    case "xfs" ->
                        which + " was mounted without project quotas; mount it with the option prjquota (for the node's"
                                + " root: the kernel parameter rootflags=prjquota)";
                    default ->
                        which
                                + " has no project quotas; put the folder on an ext4 or xfs that is mounted with prjquota";
                };
        };
    }
}
