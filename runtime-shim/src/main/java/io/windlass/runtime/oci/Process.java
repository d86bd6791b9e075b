package io.windlass.runtime.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The process of a container, or one that is started in it later (exec). */
@SuppressWarnings("JavaLangClash") // the name that the specification gives it
public record Process(
        boolean terminal,
        @Nullable ConsoleSize consoleSize,
        User user,
        List<String> args,
        List<String> env,
        String cwd,
        @Nullable Capabilities capabilities,
        List<Rlimit> rlimits,
        boolean noNewPrivileges,
        @Nullable String apparmorProfile,
        @Nullable Integer oomScoreAdj,
        @Nullable Scheduler scheduler,
        @Nullable String selinuxLabel,
        @Nullable IoPriority ioPriority,
        @Nullable CpuAffinity execCPUAffinity) {
    public Process {
        user = user == null ? new User(0, 0, null, List.of()) : user;
        cwd = cwd == null || cwd.isEmpty() ? "/" : cwd;
        args = Absent.list(args);
        env = Absent.list(env);
        rlimits = Absent.list(rlimits);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this value. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.terminal = terminal;
        builder.consoleSize = consoleSize;
        builder.user = user;
        builder.args = args;
        builder.env = env;
        builder.cwd = cwd;
        builder.capabilities = capabilities;
        builder.rlimits = rlimits;
        builder.noNewPrivileges = noNewPrivileges;
        builder.apparmorProfile = apparmorProfile;
        builder.oomScoreAdj = oomScoreAdj;
        builder.scheduler = scheduler;
        builder.selinuxLabel = selinuxLabel;
        builder.ioPriority = ioPriority;
        builder.execCPUAffinity = execCPUAffinity;
        return builder;
    }

    /** Assembles a {@link Process}; what is not set stays absent. Not thread-safe. */
    public static final class Builder {
        private boolean terminal;
        private @Nullable ConsoleSize consoleSize;
        private User user = new User(0, 0, null, List.of());
        private List<String> args = List.of();
        private List<String> env = List.of();
        private String cwd = "/";
        private @Nullable Capabilities capabilities;
        private List<Rlimit> rlimits = List.of();
        private boolean noNewPrivileges;
        private @Nullable String apparmorProfile;
        private @Nullable Integer oomScoreAdj;
        private @Nullable Scheduler scheduler;
        private @Nullable String selinuxLabel;
        private @Nullable IoPriority ioPriority;
        private @Nullable CpuAffinity execCPUAffinity;

        private Builder() {}

        public Builder terminal(boolean value) {
            terminal = value;
            return this;
        }

        public Builder consoleSize(@Nullable ConsoleSize value) {
            consoleSize = value;
            return this;
        }

        public Builder user(User value) {
            user = value;
            return this;
        }

        public Builder args(List<String> value) {
            args = value;
            return this;
        }

        public Builder env(List<String> value) {
            env = value;
            return this;
        }

        public Builder cwd(String value) {
            cwd = value;
            return this;
        }

        public Builder capabilities(@Nullable Capabilities value) {
            capabilities = value;
            return this;
        }

        public Builder rlimits(List<Rlimit> value) {
            rlimits = value;
            return this;
        }

        public Builder noNewPrivileges(boolean value) {
            noNewPrivileges = value;
            return this;
        }

        public Builder apparmorProfile(@Nullable String value) {
            apparmorProfile = value;
            return this;
        }

        public Builder oomScoreAdj(@Nullable Integer value) {
            oomScoreAdj = value;
            return this;
        }

        public Builder scheduler(@Nullable Scheduler value) {
            scheduler = value;
            return this;
        }

        public Builder selinuxLabel(@Nullable String value) {
            selinuxLabel = value;
            return this;
        }

        public Builder ioPriority(@Nullable IoPriority value) {
            ioPriority = value;
            return this;
        }

        public Builder execCPUAffinity(@Nullable CpuAffinity value) {
            execCPUAffinity = value;
            return this;
        }

        public Process build() {
            return new Process(
                    terminal,
                    consoleSize,
                    user,
                    args,
                    env,
                    cwd,
                    capabilities,
                    rlimits,
                    noNewPrivileges,
                    apparmorProfile,
                    oomScoreAdj,
                    scheduler,
                    selinuxLabel,
                    ioPriority,
                    execCPUAffinity);
        }
    }
}
