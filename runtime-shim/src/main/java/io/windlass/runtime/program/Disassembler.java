package io.windlass.runtime.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.windlass.linux.MountFlags;
import io.windlass.linux.NamespaceType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Turns a launch program into text. */
final class Disassembler {
    private static final Map<Long, String> CLONE_FLAGS = cloneFlags();
    private static final Map<Long, String> MS_FLAGS = named(
            MountFlags.MS_REC, "rec",
            MountFlags.MS_UNBINDABLE, "unbindable",
            MountFlags.MS_PRIVATE, "private",
            MountFlags.MS_SLAVE, "slave",
            MountFlags.MS_SHARED, "shared");
    private static final Map<Long, String> ATTRIBUTES = named(
            MountFlags.ATTR_RDONLY,
            "ro",
            MountFlags.ATTR_NOSUID,
            "nosuid",
            MountFlags.ATTR_NODEV,
            "nodev",
            MountFlags.ATTR_NOEXEC,
            "noexec",
            MountFlags.ATTR_NOATIME,
            "noatime",
            0x20L,
            "strictatime",
            MountFlags.ATTR_NODIRATIME,
            "nodiratime",
            MountFlags.ATTR_IDMAP,
            "idmap",
            MountFlags.ATTR_NOSYMFOLLOW,
            "nosymfollow");

    private final ByteBuffer in;

    private Disassembler(ByteBuffer in) {
        this.in = in;
    }

    static String listing(byte[] program) {
        ByteBuffer in = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        StringBuilder text = new StringBuilder();
        in.position(LaunchProgram.HEADER_BYTES);
        while (in.hasRemaining()) {
            int code = in.getShort();
            in.getShort();
            int length = in.getInt();
            ByteBuffer arguments = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            in.position(in.position() + length);
            text.append(new Disassembler(arguments).operation(code)).append('\n');
        }
        return text.toString();
    }

    private String operation(int code) {
        StringBuilder line = new StringBuilder(Opcode.nameOf(code));
        for (Opcode opcode : Opcode.values()) {
            if (opcode.code() == code) {
                for (Opcode.Argument argument : opcode.arguments()) {
                    line.append(' ').append(argument.name()).append('=').append(value(argument.kind()));
                }
            }
        }
        return line.toString();
    }

    private String value(String kind) {
        return switch (kind) {
            case "u32" -> Integer.toUnsignedString(in.getInt());
            case "i32" -> Integer.toString(in.getInt());
            case "u64" -> Long.toUnsignedString(in.getLong());
            case "octal" -> "0" + Integer.toOctalString(in.getInt());
            case "hex" -> "0x" + Long.toHexString(in.getLong());
            case "hex32" -> "0x" + Integer.toHexString(in.getInt());
            case "mask" -> BitSet.valueOf(block()).toString();
            case "slot" -> slot(in.getInt());
            case "str" -> quoted(string());
            case "bytes" -> quoted(new String(block(), UTF_8));
            case "filter" -> block().length / 8 + "-instructions";
            case "clone" -> flags(in.getLong(), CLONE_FLAGS);
            case "ms" -> flags(in.getLong(), MS_FLAGS);
            case "attr" -> flags(in.getLong(), ATTRIBUTES);
            case "u32list" -> list(() -> Integer.toUnsignedString(in.getInt()));
            case "strlist" -> list(() -> quoted(string()));
            case "options" -> list(this::option);
            default -> throw new IllegalStateException("no such kind: " + kind);
        };
    }

    private String option() {
        int kind = in.getInt();
        String key = string();
        String value = string();
        return switch (kind) {
            case 0 -> key;
            case 5 -> key + "=#" + value;
            default -> key + "=" + value;
        };
    }

    private String string() {
        String value = new String(block(), UTF_8);
        in.get();
        return value;
    }

    private byte[] block() {
        byte[] block = new byte[in.getInt()];
        in.get(block);
        return block;
    }

    private String list(Supplier<String> item) {
        int count = in.getInt();
        List<String> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(item.get());
        }
        return items.toString();
    }

    private static String slot(int number) {
        return number == Slot.NONE.number() ? "none" : "#" + number;
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    private static String flags(long value, Map<Long, String> names) {
        List<String> parts = new ArrayList<>();
        long rest = value;
        for (Map.Entry<Long, String> name : names.entrySet()) {
            if ((rest & name.getKey()) == name.getKey()) {
                parts.add(name.getValue());
                rest &= ~name.getKey();
            }
        }
        if (rest != 0 || parts.isEmpty()) {
            parts.add(rest == 0 ? "0" : "0x" + Long.toHexString(rest));
        }
        return String.join("|", parts);
    }

    private static Map<Long, String> cloneFlags() {
        Map<Long, String> names = new LinkedHashMap<>();
        for (NamespaceType type : NamespaceType.values()) {
            names.put((long) type.flag(), type.procName());
        }
        return names;
    }

    private static Map<Long, String> named(Object... pairs) {
        Map<Long, String> names = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            names.put((Long) pairs[i], (String) pairs[i + 1]);
        }
        return names;
    }
}
