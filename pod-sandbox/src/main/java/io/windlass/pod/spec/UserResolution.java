package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.pod.model.ContainerUser;
import io.windlass.pod.model.LinuxContainerSecurityContext;
import io.windlass.pod.model.SupplementalGroupsPolicy;
import java.util.List;
import java.util.TreeSet;

/** Who a container runs as: from the request, else from the image, by the image's own tables. */
final class UserResolution {
    private static final long HIGHEST_ID = 0xffff_fffeL;

    private UserResolution() {}

    /** @param imageUser the image's USER: empty, uid, name, uid:gid, name:group in any mix */
    static ContainerUser resolve(LinuxContainerSecurityContext security, String imageUser, Passwd passwd) {
        boolean asked =
                security.runAsUser().isPresent() || !security.runAsUsername().isEmpty();
        if (security.runAsGroup().isPresent() && !asked) {
            throw Fault.invalid("cannot use run_as_group "
                    + security.runAsGroup().getAsLong() + ": run_as_user or run_as_username must be given with it");
        }
        if (security.runAsUser().isPresent() && !security.runAsUsername().isEmpty()) {
            throw Fault.invalid(
                    "cannot use run_as_username " + security.runAsUsername() + ": run_as_user is given too");
        }
        Identity identity;
        if (security.runAsUser().isPresent()) {
            identity = byNumber(checked("run_as_user", security.runAsUser().getAsLong()), passwd);
        } else if (!security.runAsUsername().isEmpty()) {
            identity = byText(security.runAsUsername(), "run_as_username", passwd);
        } else {
            identity = ofImage(imageUser, passwd);
        }
        long gid = security.runAsGroup().isPresent()
                ? checked("run_as_group", security.runAsGroup().getAsLong())
                : identity.gid();
        return new ContainerUser(identity.uid(), gid, groups(security, identity, gid, passwd));
    }

    private static List<Long> groups(
            LinuxContainerSecurityContext security, Identity identity, long gid, Passwd passwd) {
        TreeSet<Long> groups = new TreeSet<>();
        groups.add(gid);
        security.supplementalGroups().forEach(group -> groups.add(checked("supplemental_groups", group)));
        if (security.supplementalGroupsPolicy() == SupplementalGroupsPolicy.MERGE) {
            groups.addAll(passwd.groupsOf(identity.name()));
        }
        return List.copyOf(groups);
    }

    private static Identity ofImage(String imageUser, Passwd passwd) {
        int colon = imageUser.indexOf(':');
        String userText = colon < 0 ? imageUser : imageUser.substring(0, colon);
        Identity identity = userText.isEmpty() ? byNumber(0, passwd) : byText(userText, "the image's user", passwd);
        if (colon < 0 || colon == imageUser.length() - 1) {
            return identity;
        }
        String groupText = imageUser.substring(colon + 1);
        long gid = Passwd.isId(groupText)
                ? Long.parseLong(groupText)
                : passwd.group(groupText)
                        .map(Passwd.Group::gid)
                        .orElseThrow(() -> Fault.invalid("cannot use the image's user " + imageUser + ": group "
                                + groupText + " is not in the image's /etc/group"));
        return new Identity(identity.uid(), gid, identity.name());
    }

    private static Identity byText(String text, String field, Passwd passwd) {
        return passwd.user(text)
                .map(user -> new Identity(user.uid(), user.gid(), user.name()))
                .orElseGet(() -> {
                    if (Passwd.isId(text)) {
                        return byNumber(Long.parseLong(text), passwd);
                    }
                    throw Fault.invalid("cannot use " + field + " " + text + ": it is not in the image's /etc/passwd");
                });
    }

    private static Identity byNumber(long uid, Passwd passwd) {
        return passwd.user(uid)
                .map(user -> new Identity(uid, user.gid(), user.name()))
                .orElse(new Identity(uid, 0, ""));
    }

    private static long checked(String field, long id) {
        if (id < 0 || id > HIGHEST_ID) {
            throw Fault.invalid("cannot use %s %d: ids go from 0 to %d".formatted(field, id, HIGHEST_ID));
        }
        return id;
    }

    private record Identity(long uid, long gid, String name) {}
}
