package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.pod.model.ContainerUser;
import io.windlass.pod.model.IdMapping;
import io.windlass.pod.model.UserNamespace;
import java.util.List;

/** Refuses users and groups that a pod's user namespace has no numbers for. */
final class UserIds {
    private UserIds() {}

    static void check(SpecRequest request, ContainerUser user) {
        request.user().ifPresent(pod -> check(pod, user));
    }

    private static void check(UserNamespace pod, ContainerUser user) {
        check("user", user.uid(), pod.uids());
        check("group", user.gid(), pod.gids());
        user.supplementalGroups().forEach(group -> check("group", group, pod.gids()));
    }

    private static void check(String what, long id, List<IdMapping> mappings) {
        if (mappings.stream().noneMatch(mapping -> mapping.holds(id))) {
            throw Fault.invalid("cannot run as " + what + " " + id + ": the pod's user namespace ends before it, at "
                    + mappings.getFirst().length());
        }
    }
}
