package io.windlass.nri.adjustment;

import io.windlass.fault.Fault;
import io.windlass.nri.message.OciMessages;
import io.windlass.proto.nri.ContainerAdjustment;
import io.windlass.proto.nri.Field;
import io.windlass.proto.nri.KeyValue;
import io.windlass.proto.nri.LinuxContainerAdjustment;
import io.windlass.proto.nri.POSIXRlimit;
import io.windlass.runtime.oci.IoPriority;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Rlimit;
import io.windlass.runtime.oci.Scheduler;
import java.util.ArrayList;
import java.util.List;

/** Adjusts a container's process as one plugin asks. */
final class ProcessAdjustment {
    private static final int OOM_SCORE = 1000;

    private final Owners owners;
    private final String plugin;

    ProcessAdjustment(Owners owners, String plugin) {
        this.owners = owners;
        this.plugin = plugin;
    }

    Process apply(ContainerAdjustment asked, Process process) {
        Process.Builder adjusted = process.toBuilder()
                .env(environment(asked.getEnvList(), process.env()))
                .rlimits(limits(asked.getRlimitsList(), process.rlimits()));
        if (asked.getArgsCount() > 0) {
            adjusted.args(arguments(asked.getArgsList()));
        }
        LinuxContainerAdjustment linux = asked.getLinux();
        if (linux.hasOomScoreAdj()) {
            owners.claim(Field.OomScoreAdj, plugin);
            adjusted.oomScoreAdj(oomScore(linux.getOomScoreAdj().getValue()));
        }
        if (linux.hasIoPriority()) {
            owners.claim(Field.IoPriority, plugin);
            adjusted.ioPriority(new IoPriority(
                    OciMessages.name(linux.getIoPriority().getClass_()),
                    linux.getIoPriority().getPriority()));
        }
        if (linux.hasScheduler()) {
            owners.claim(Field.LinuxSched, plugin);
            adjusted.scheduler(new Scheduler(
                    OciMessages.name(linux.getScheduler().getPolicy()),
                    linux.getScheduler().getNice(),
                    linux.getScheduler().getPriority(),
                    linux.getScheduler().getFlagsList().stream()
                            .map(OciMessages::name)
                            .toList(),
                    linux.getScheduler().getRuntime(),
                    linux.getScheduler().getDeadline(),
                    linux.getScheduler().getPeriod()));
        }
        return adjusted.build();
    }

    private int oomScore(long asked) {
        if (asked < -OOM_SCORE || asked > OOM_SCORE) {
            throw Fault.invalid("cannot set oom_score_adj %d that plugin %s asks for: it lies between -%d and %d"
                    .formatted(asked, plugin, OOM_SCORE, OOM_SCORE));
        }
        return (int) asked;
    }

    private List<String> arguments(List<String> asked) {
        List<String> arguments = withoutMark(asked);
        if (arguments.isEmpty()) {
            throw Fault.invalid("cannot set the arguments that plugin " + plugin + " asks for: there is none");
        }
        if (arguments.size() < asked.size()) {
            owners.release(Field.Args, "", plugin);
        }
        owners.claim(Field.Args, plugin);
        return arguments;
    }

    /** An empty first argument only says that the arguments of an earlier plugin are replaced on purpose. */
    static List<String> withoutMark(List<String> arguments) {
        return arguments.getFirst().isEmpty() ? arguments.subList(1, arguments.size()) : arguments;
    }

    private List<String> environment(List<KeyValue> asked, List<String> now) {
        List<String> result = new ArrayList<>(now);
        for (KeyValue variable : asked) {
            Marked key = Marked.of(variable.getKey());
            if (key.key().isEmpty() || key.key().indexOf('=') >= 0) {
                throw Fault.invalid("cannot set the environment variable '%s' that plugin %s asks for: that is no name"
                        .formatted(variable.getKey(), plugin));
            }
            if (key.removal()) {
                owners.release(Field.Env, key.key(), plugin);
                result.removeIf(entry -> entry.startsWith(key.key() + "="));
            }
        }
        for (KeyValue variable : asked) {
            if (!Marked.of(variable.getKey()).removal()) {
                owners.claim(Field.Env, variable.getKey(), plugin);
                result.removeIf(entry -> entry.startsWith(variable.getKey() + "="));
                result.add(variable.getKey() + "=" + variable.getValue());
            }
        }
        return result;
    }

    private List<Rlimit> limits(List<POSIXRlimit> asked, List<Rlimit> now) {
        List<Rlimit> result = new ArrayList<>(now);
        for (POSIXRlimit limit : asked) {
            owners.claim(Field.Rlimits, limit.getType(), plugin);
            result.removeIf(entry -> entry.type().equals(limit.getType()));
            result.add(OciMessages.rlimit(limit));
        }
        return result;
    }
}
