package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.pod.model.ContainerUser;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.model.SelinuxLabels;
import io.windlass.runtime.oci.Rlimit;
import io.windlass.runtime.oci.User;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The process of a container's document: what it executes, as whom, and with which limits. */
final class ProcessPlan {
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final long OPEN_FILES = 1024;

    private ProcessPlan() {}

    static io.windlass.runtime.oci.Process process(
            SpecRequest request, ContainerUser user, Passwd passwd, Optional<SelinuxLabels> labels, Node node) {
        io.windlass.runtime.oci.Process.Builder process = io.windlass.runtime.oci.Process.builder()
                .terminal(request.config().tty())
                .user(User.of(user.uid(), user.gid(), user.supplementalGroups()))
                .args(arguments(request))
                .env(environment(request, user, passwd))
                .cwd(workingDirectory(request))
                .capabilities(CapabilitySets.of(request.security(), node.capabilities()))
                .apparmorProfile(AppArmorSelection.select(request.security(), node.appArmor())
                        .orElse(null))
                .selinuxLabel(labels.map(SelinuxLabels::process)
                        .filter(label -> !label.isEmpty())
                        .orElse(null))
                .noNewPrivileges(request.security().noNewPrivs())
                .rlimits(List.of(openFiles(node)));
        request.config().resources().ifPresent(resources -> process.oomScoreAdj(oomScore(resources)));
        return process.build();
    }

    /** The request's command over the image's entrypoint, its args over the image's cmd. */
    private static List<String> arguments(SpecRequest request) {
        List<String> command = request.config().command();
        List<String> args = request.config().args();
        if (command.isEmpty()) {
            command = request.image().entrypoint();
            if (args.isEmpty()) {
                args = request.image().cmd();
            }
        }
        List<String> all = new ArrayList<>(command);
        all.addAll(args);
        if (all.isEmpty()) {
            throw Fault.invalid("cannot create container " + request.config().metadata()
                    + ": neither the request nor the image says what to execute");
        }
        return List.copyOf(all);
    }

    private static List<String> environment(SpecRequest request, ContainerUser user, Passwd passwd) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PATH", PATH);
        if (!request.sandbox().hostname().isEmpty()) {
            variables.put("HOSTNAME", request.sandbox().hostname());
        }
        if (request.config().tty()) {
            variables.put("TERM", "xterm");
        }
        for (String entry : request.image().env()) {
            int equals = entry.indexOf('=');
            if (equals > 0) {
                variables.put(entry.substring(0, equals), entry.substring(equals + 1));
            }
        }
        request.config().envs().forEach(env -> variables.put(env.name(), env.value()));
        variables.computeIfAbsent(
                "HOME",
                _ -> passwd.user(user.uid())
                        .map(Passwd.User::home)
                        .filter(home -> !home.isEmpty())
                        .orElse("/"));
        return variables.entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
    }

    private static String workingDirectory(SpecRequest request) {
        String asked = request.config().workingDir().isEmpty()
                ? request.image().workingDir()
                : request.config().workingDir();
        String directory = asked.isEmpty() ? "/" : asked;
        return directory.startsWith("/") ? directory : "/" + directory;
    }

    /** The JVM raises its own soft limit to the hard one; containers get the customary 1024 back (select(2) needs it). */
    private static Rlimit openFiles(Node node) {
        long hard = node.openFilesHardLimit();
        return new Rlimit("RLIMIT_NOFILE", hard < 0 ? OPEN_FILES : Math.min(OPEN_FILES, hard), hard);
    }

    private static int oomScore(LinuxContainerResources resources) {
        long score = resources.oomScoreAdj();
        if (score < -1000 || score > 1000) {
            throw Fault.invalid("cannot use oom_score_adj " + score + ": it goes from -1000 to 1000");
        }
        return (int) score;
    }
}
