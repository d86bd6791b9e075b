package io.windlass.nri.message;

import com.google.protobuf.ProtocolMessageEnum;
import io.windlass.fault.Fault;
import io.windlass.proto.nri.LinuxDevice;
import io.windlass.proto.nri.LinuxSeccomp;
import io.windlass.proto.nri.LinuxSeccompArg;
import io.windlass.proto.nri.LinuxSyscall;
import io.windlass.proto.nri.OptionalFileMode;
import io.windlass.proto.nri.OptionalInt;
import io.windlass.proto.nri.OptionalUInt32;
import io.windlass.proto.nri.POSIXRlimit;
import io.windlass.runtime.oci.Device;
import io.windlass.runtime.oci.Hook;
import io.windlass.runtime.oci.Hooks;
import io.windlass.runtime.oci.Mount;
import io.windlass.runtime.oci.Rlimit;
import io.windlass.runtime.oci.Seccomp;
import io.windlass.runtime.oci.SeccompArgument;
import io.windlass.runtime.oci.SeccompSyscall;
import java.util.List;

/** Parts of an OCI document in NRI's words, and back. */
public final class OciMessages {
    private OciMessages() {}

    static io.windlass.proto.nri.Hooks hooks(Hooks hooks) {
        return io.windlass.proto.nri.Hooks.newBuilder()
                .addAllPrestart(messages(hooks.prestart()))
                .addAllCreateRuntime(messages(hooks.createRuntime()))
                .addAllCreateContainer(messages(hooks.createContainer()))
                .addAllStartContainer(messages(hooks.startContainer()))
                .addAllPoststart(messages(hooks.poststart()))
                .addAllPoststop(messages(hooks.poststop()))
                .build();
    }

    private static List<io.windlass.proto.nri.Hook> messages(List<Hook> hooks) {
        return hooks.stream().map(OciMessages::message).toList();
    }

    private static io.windlass.proto.nri.Hook message(Hook hook) {
        io.windlass.proto.nri.Hook.Builder message = io.windlass.proto.nri.Hook.newBuilder()
                .setPath(hook.path())
                .addAllArgs(hook.args())
                .addAllEnv(hook.env());
        if (hook.timeout() != null) {
            message.setTimeout(OptionalInt.newBuilder().setValue(hook.timeout()));
        }
        return message.build();
    }

    public static Hooks hooks(io.windlass.proto.nri.Hooks message) {
        return new Hooks(
                hooks(message.getPrestartList()),
                hooks(message.getCreateRuntimeList()),
                hooks(message.getCreateContainerList()),
                hooks(message.getStartContainerList()),
                hooks(message.getPoststartList()),
                hooks(message.getPoststopList()));
    }

    private static List<Hook> hooks(List<io.windlass.proto.nri.Hook> messages) {
        return messages.stream()
                .map(hook -> new Hook(
                        hook.getPath(),
                        hook.getArgsList(),
                        hook.getEnvList(),
                        hook.hasTimeout() ? (int) hook.getTimeout().getValue() : null))
                .toList();
    }

    public static Mount mount(io.windlass.proto.nri.Mount message) {
        return new Mount(
                message.getDestination(),
                message.getType(),
                message.getSource(),
                message.getOptionsList(),
                List.of(),
                List.of());
    }

    static POSIXRlimit rlimit(Rlimit limit) {
        return POSIXRlimit.newBuilder()
                .setType(limit.type())
                .setSoft(limit.soft())
                .setHard(limit.hard())
                .build();
    }

    public static Rlimit rlimit(POSIXRlimit message) {
        return new Rlimit(message.getType(), message.getSoft(), message.getHard());
    }

    static LinuxDevice device(Device device) {
        LinuxDevice.Builder message = LinuxDevice.newBuilder()
                .setPath(device.path())
                .setType(device.type())
                .setMajor(device.major())
                .setMinor(device.minor());
        if (device.fileMode() != null) {
            message.setFileMode(OptionalFileMode.newBuilder().setValue(device.fileMode()));
        }
        if (device.uid() != null) {
            message.setUid(number(device.uid().intValue()));
        }
        if (device.gid() != null) {
            message.setGid(number(device.gid().intValue()));
        }
        return message.build();
    }

    public static Device device(LinuxDevice message) {
        return new Device(
                message.getPath(),
                message.getType(),
                message.getMajor(),
                message.getMinor(),
                message.hasFileMode() ? message.getFileMode().getValue() : null,
                message.hasUid() ? Integer.toUnsignedLong(message.getUid().getValue()) : null,
                message.hasGid() ? Integer.toUnsignedLong(message.getGid().getValue()) : null);
    }

    static LinuxSeccomp seccomp(Seccomp policy) {
        LinuxSeccomp.Builder message = LinuxSeccomp.newBuilder()
                .setDefaultAction(policy.defaultAction())
                .addAllArchitectures(policy.architectures())
                .addAllFlags(policy.flags());
        if (policy.defaultErrnoRet() != null) {
            message.setDefaultErrno(number(policy.defaultErrnoRet()));
        }
        if (policy.listenerPath() != null) {
            message.setListenerPath(policy.listenerPath());
        }
        if (policy.listenerMetadata() != null) {
            message.setListenerMetadata(policy.listenerMetadata());
        }
        policy.syscalls().forEach(rule -> message.addSyscalls(message(rule)));
        return message.build();
    }

    private static LinuxSyscall message(SeccompSyscall rule) {
        LinuxSyscall.Builder message =
                LinuxSyscall.newBuilder().addAllNames(rule.names()).setAction(rule.action());
        if (rule.errnoRet() != null) {
            message.setErrnoRet(number(rule.errnoRet()));
        }
        rule.args()
                .forEach(argument -> message.addArgs(LinuxSeccompArg.newBuilder()
                        .setIndex(argument.index())
                        .setValue(argument.value())
                        .setValueTwo(argument.valueTwo() == null ? 0 : argument.valueTwo())
                        .setOp(argument.op())));
        return message.build();
    }

    public static Seccomp seccomp(LinuxSeccomp message) {
        return new Seccomp(
                message.getDefaultAction(),
                message.hasDefaultErrno() ? message.getDefaultErrno().getValue() : null,
                message.getArchitecturesList(),
                message.getFlagsList(),
                message.getListenerPath().isEmpty() ? null : message.getListenerPath(),
                message.getListenerMetadata().isEmpty() ? null : message.getListenerMetadata(),
                message.getSyscallsList().stream().map(OciMessages::rule).toList());
    }

    private static SeccompSyscall rule(LinuxSyscall message) {
        return new SeccompSyscall(
                message.getNamesList(),
                message.getAction(),
                message.hasErrnoRet() ? message.getErrnoRet().getValue() : null,
                message.getArgsList().stream()
                        .map(argument -> new SeccompArgument(
                                argument.getIndex(), argument.getValue(), argument.getValueTwo(), argument.getOp()))
                        .toList());
    }

    /** The name of a value, as the OCI runtime specification has it too. */
    public static String name(ProtocolMessageEnum value) {
        // A number beyond those of the enumeration has neither a descriptor nor a name.
        if (((Enum<?>) value).name().equals("UNRECOGNIZED")) {
            throw Fault.invalid("a plugin asks for an unknown "
                    + value.getDescriptorForType().getName());
        }
        return ((Enum<?>) value).name();
    }

    private static OptionalUInt32 number(int value) {
        return OptionalUInt32.newBuilder().setValue(value).build();
    }
}
