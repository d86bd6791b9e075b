package io.windlass.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Mounts. A part of {@link Kernel}. */
interface KernelMounts extends MountSyscalls {
    @Override
    default Fd openTree(Fd directory, String path, int flags) {
        try (Call call = new Call(SystemCall.OPEN_TREE)) {
            return Call.owned(
                    call.run(path, directory.number(), Call.address(call.text(path)), flags | OpenFlags.CLOSE_ON_EXEC));
        }
    }

    @Override
    default void moveMount(Fd from, String fromPath, Fd to, String toPath) {
        try (Call call = new Call(SystemCall.MOVE_MOUNT)) {
            int flags = (fromPath.isEmpty() ? MountFlags.MOVE_MOUNT_F_EMPTY_PATH : 0)
                    | (toPath.isEmpty() ? MountFlags.MOVE_MOUNT_T_EMPTY_PATH : 0);
            call.run(
                    fromPath + " -> " + toPath,
                    from.number(),
                    Call.address(call.text(fromPath)),
                    to.number(),
                    Call.address(call.text(toPath)),
                    flags);
        }
    }

    @Override
    default Fd fsmount(String type, List<MountOption> options, long attributes) {
        try (Fd context = fsopen(type)) {
            for (MountOption option : options) {
                int command = option.value().isPresent() ? Abi.FSCONFIG_SET_STRING : Abi.FSCONFIG_SET_FLAG;
                fsconfig(context, type + " " + option, command, option.key(), option.value());
            }
            fsconfig(context, type, Abi.FSCONFIG_CMD_CREATE, "", Optional.empty());
            try (Call call = new Call(SystemCall.FSMOUNT)) {
                return Call.owned(call.run(type, context.number(), Abi.FSMOUNT_CLOEXEC, attributes));
            }
        }
    }

    @Override
    default boolean takesDescriptor(String type, String option, Fd folder) {
        try (Fd context = fsopen(type);
                Call call = new Call(SystemCall.FSCONFIG)) {
            return call.tryRun(
                            context.number(), Abi.FSCONFIG_SET_FD, Call.address(call.text(option)), 0, folder.number())
                    >= 0;
        }
    }

    private static Fd fsopen(String type) {
        try (Call call = new Call(SystemCall.FSOPEN)) {
            return Call.owned(call.run(type, Call.address(call.text(type)), Abi.FSOPEN_CLOEXEC));
        }
    }

    private static void fsconfig(Fd context, String subject, int command, String key, Optional<String> value) {
        try (Call call = new Call(SystemCall.FSCONFIG)) {
            long keyAddress = key.isEmpty() ? 0 : Call.address(call.text(key));
            long valueAddress = value.map(v -> Call.address(call.text(v))).orElse(0L);
            long result = call.tryRun(context.number(), command, keyAddress, valueAddress, 0);
            if (result < 0) {
                throw call.failure(subject, (int) -result, contextLog(context));
            }
        }
    }

    // A file system context can be read for the reasons of a failure, one message a read, and ENODATA after the last.
    private static String contextLog(Fd context) {
        List<String> messages = new ArrayList<>();
        try (Call call = new Call(SystemCall.READ)) {
            MemorySegment message = call.zeroed(4096);
            long length = call.tryRun(context.number(), Call.address(message), message.byteSize());
            while (length > 0) {
                byte[] text = message.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
                messages.add(new String(text, StandardCharsets.UTF_8).strip());
                length = call.tryRun(context.number(), Call.address(message), message.byteSize());
            }
        }
        return String.join("; ", messages);
    }

    @Override
    default void mountSetattr(
            Fd directory,
            String path,
            int flags,
            long attributesSet,
            long attributesCleared,
            long propagation,
            Optional<Fd> userNamespace) {
        try (Call call = new Call(SystemCall.MOUNT_SETATTR)) {
            MemorySegment attributes = call.zeroed(32);
            attributes.set(ValueLayout.JAVA_LONG, 0, attributesSet);
            attributes.set(ValueLayout.JAVA_LONG, 8, attributesCleared);
            attributes.set(ValueLayout.JAVA_LONG, 16, propagation);
            attributes.set(
                    ValueLayout.JAVA_LONG, 24, userNamespace.map(Fd::number).orElse(0));
            call.run(
                    path.isEmpty() ? directory.toString() : path,
                    directory.number(),
                    Call.address(call.text(path)),
                    flags,
                    Call.address(attributes),
                    attributes.byteSize());
        }
    }

    @Override
    default void mount(String source, Path target, String type, long flags, String data) {
        try (Call call = new Call(SystemCall.MOUNT)) {
            call.run(
                    target.toString(),
                    Call.address(call.text(source)),
                    Call.address(call.text(target.toString())),
                    Call.address(call.text(type)),
                    flags,
                    Call.address(call.text(data)));
        }
    }

    @Override
    default void bindMount(Path from, Path to) {
        mount(from.toString(), to, "", MountFlags.MS_BIND | MountFlags.MS_REC, "");
    }

    @Override
    default void unmount(Path target, int flags) {
        try (Call call = new Call(SystemCall.UMOUNT2)) {
            call.run(target.toString(), Call.address(call.text(target.toString())), flags);
        }
    }
}
