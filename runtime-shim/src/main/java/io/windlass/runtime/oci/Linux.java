package io.windlass.runtime.oci;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The Linux part of a container. */
public record Linux(
        List<Namespace> namespaces,
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings,
        Map<String, TimeOffset> timeOffsets,
        List<Device> devices,
        Map<String, NetDevice> netDevices,
        @Nullable String cgroupsPath,
        @Nullable Resources resources,
        @Nullable String rootfsPropagation,
        @Nullable Seccomp seccomp,
        Map<String, String> sysctl,
        List<String> maskedPaths,
        List<String> readonlyPaths,
        @Nullable String mountLabel,
        @Nullable Personality personality,
        @Nullable IntelRdt intelRdt,
        @Nullable MemoryPolicy memoryPolicy) {
    public Linux {
        namespaces = Absent.list(namespaces);
        uidMappings = Absent.list(uidMappings);
        gidMappings = Absent.list(gidMappings);
        devices = Absent.list(devices);
        maskedPaths = Absent.list(maskedPaths);
        readonlyPaths = Absent.list(readonlyPaths);
        timeOffsets = Absent.map(timeOffsets);
        netDevices = Absent.map(netDevices);
        sysctl = Absent.map(sysctl);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this value. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.namespaces = namespaces;
        builder.uidMappings = uidMappings;
        builder.gidMappings = gidMappings;
        builder.timeOffsets = timeOffsets;
        builder.devices = devices;
        builder.netDevices = netDevices;
        builder.cgroupsPath = cgroupsPath;
        builder.resources = resources;
        builder.rootfsPropagation = rootfsPropagation;
        builder.seccomp = seccomp;
        builder.sysctl = sysctl;
        builder.maskedPaths = maskedPaths;
        builder.readonlyPaths = readonlyPaths;
        builder.mountLabel = mountLabel;
        builder.personality = personality;
        builder.intelRdt = intelRdt;
        builder.memoryPolicy = memoryPolicy;
        return builder;
    }

    /** The namespace of that OCI name, if the container does not simply keep its creator's. */
    public Optional<Namespace> namespace(String type) {
        return namespaces.stream().filter(n -> n.type().equals(type)).findFirst();
    }

    /** Assembles a {@link Linux}; what is not set stays absent. Not thread-safe. */
    public static final class Builder {
        private List<Namespace> namespaces = List.of();
        private List<IdMapping> uidMappings = List.of();
        private List<IdMapping> gidMappings = List.of();
        private Map<String, TimeOffset> timeOffsets = Map.of();
        private List<Device> devices = List.of();
        private Map<String, NetDevice> netDevices = Map.of();
        private @Nullable String cgroupsPath;
        private @Nullable Resources resources;
        private @Nullable String rootfsPropagation;
        private @Nullable Seccomp seccomp;
        private Map<String, String> sysctl = Map.of();
        private List<String> maskedPaths = List.of();
        private List<String> readonlyPaths = List.of();
        private @Nullable String mountLabel;
        private @Nullable Personality personality;
        private @Nullable IntelRdt intelRdt;
        private @Nullable MemoryPolicy memoryPolicy;

        private Builder() {}

        public Builder namespaces(List<Namespace> value) {
            namespaces = value;
            return this;
        }

        public Builder uidMappings(List<IdMapping> value) {
            uidMappings = value;
            return this;
        }

        public Builder gidMappings(List<IdMapping> value) {
            gidMappings = value;
            return this;
        }

        public Builder timeOffsets(Map<String, TimeOffset> value) {
            timeOffsets = value;
            return this;
        }

        public Builder devices(List<Device> value) {
            devices = value;
            return this;
        }

        public Builder netDevices(Map<String, NetDevice> value) {
            netDevices = value;
            return this;
        }

        public Builder cgroupsPath(@Nullable String value) {
            cgroupsPath = value;
            return this;
        }

        public Builder resources(@Nullable Resources value) {
            resources = value;
            return this;
        }

        public Builder rootfsPropagation(@Nullable String value) {
            rootfsPropagation = value;
            return this;
        }

        public Builder seccomp(@Nullable Seccomp value) {
            seccomp = value;
            return this;
        }

        public Builder sysctl(Map<String, String> value) {
            sysctl = value;
            return this;
        }

        public Builder maskedPaths(List<String> value) {
            maskedPaths = value;
            return this;
        }

        public Builder readonlyPaths(List<String> value) {
            readonlyPaths = value;
            return this;
        }

        public Builder mountLabel(@Nullable String value) {
            mountLabel = value;
            return this;
        }

        public Builder personality(@Nullable Personality value) {
            personality = value;
            return this;
        }

        public Builder intelRdt(@Nullable IntelRdt value) {
            intelRdt = value;
            return this;
        }

        public Builder memoryPolicy(@Nullable MemoryPolicy value) {
            memoryPolicy = value;
            return this;
        }

        public Linux build() {
            return new Linux(
                    namespaces,
                    uidMappings,
                    gidMappings,
                    timeOffsets,
                    devices,
                    netDevices,
                    cgroupsPath,
                    resources,
                    rootfsPropagation,
                    seccomp,
                    sysctl,
                    maskedPaths,
                    readonlyPaths,
                    mountLabel,
                    personality,
                    intelRdt,
                    memoryPolicy);
        }
    }
}
