package io.windlass.runtime.oci;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A container: the document that everything which shapes a container ends in. */
public record Spec(
        String ociVersion,
        @Nullable Process process,
        @Nullable Root root,
        @Nullable String hostname,
        @Nullable String domainname,
        List<Mount> mounts,
        @Nullable Hooks hooks,
        Map<String, String> annotations,
        @Nullable Linux linux) {
    /** The version of the specification that this package follows. */
    public static final String VERSION = "1.3.0";

    public Spec {
        ociVersion = Absent.text(ociVersion);
        mounts = Absent.list(mounts);
        annotations = Absent.map(annotations);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this value. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.ociVersion = ociVersion;
        builder.process = process;
        builder.root = root;
        builder.hostname = hostname;
        builder.domainname = domainname;
        builder.mounts = mounts;
        builder.hooks = hooks;
        builder.annotations = annotations;
        builder.linux = linux;
        return builder;
    }

    /** Assembles a {@link Spec}; what is not set stays absent. Not thread-safe. */
    public static final class Builder {
        private String ociVersion = VERSION;
        private @Nullable Process process;
        private @Nullable Root root;
        private @Nullable String hostname;
        private @Nullable String domainname;
        private List<Mount> mounts = List.of();
        private @Nullable Hooks hooks;
        private Map<String, String> annotations = Map.of();
        private @Nullable Linux linux;

        private Builder() {}

        public Builder ociVersion(String value) {
            ociVersion = value;
            return this;
        }

        public Builder process(@Nullable Process value) {
            process = value;
            return this;
        }

        public Builder root(@Nullable Root value) {
            root = value;
            return this;
        }

        public Builder hostname(@Nullable String value) {
            hostname = value;
            return this;
        }

        public Builder domainname(@Nullable String value) {
            domainname = value;
            return this;
        }

        public Builder mounts(List<Mount> value) {
            mounts = value;
            return this;
        }

        public Builder hooks(@Nullable Hooks value) {
            hooks = value;
            return this;
        }

        public Builder annotations(Map<String, String> value) {
            annotations = value;
            return this;
        }

        public Builder linux(@Nullable Linux value) {
            linux = value;
            return this;
        }

        public Spec build() {
            return new Spec(ociVersion, process, root, hostname, domainname, mounts, hooks, annotations, linux);
        }
    }
}
