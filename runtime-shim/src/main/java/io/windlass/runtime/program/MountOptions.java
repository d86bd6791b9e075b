package io.windlass.runtime.program;

import static io.windlass.linux.MountFlags.ATTR_NOATIME;
import static io.windlass.linux.MountFlags.ATTR_NODEV;
import static io.windlass.linux.MountFlags.ATTR_NODIRATIME;
import static io.windlass.linux.MountFlags.ATTR_NOEXEC;
import static io.windlass.linux.MountFlags.ATTR_NOSUID;
import static io.windlass.linux.MountFlags.ATTR_NOSYMFOLLOW;
import static io.windlass.linux.MountFlags.ATTR_RDONLY;
import static io.windlass.linux.MountFlags.MS_PRIVATE;
import static io.windlass.linux.MountFlags.MS_REC;
import static io.windlass.linux.MountFlags.MS_SHARED;
import static io.windlass.linux.MountFlags.MS_SLAVE;
import static io.windlass.linux.MountFlags.MS_UNBINDABLE;

import io.windlass.fault.Fault;
import io.windlass.linux.MountOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The option strings of an OCI mount, sorted by what they are for.
 *
 * <p>{@code rw} asks for nothing: a source that is read-only on the host stays so. {@code rrw} takes read-only off.
 *
 * @param set attributes put on the mount itself, {@code clear} those taken off first
 * @param recursiveSet attributes put on the whole tree, {@code recursiveClear} those taken off it first
 * @param propagation MS_PRIVATE, MS_SLAVE, MS_SHARED or MS_UNBINDABLE, with MS_REC for the whole tree; 0 when none is given
 * @param root the folder to which the source path is confined; empty for none ({@code x-windlass.root=FOLDER})
 * @param data what the file system itself is told
 */
record MountOptions(
        boolean bind,
        boolean recursiveBind,
        long set,
        long clear,
        long recursiveSet,
        long recursiveClear,
        long propagation,
        String root,
        List<MountOption> data) {
    /** All bits of the access time setting: a value of it replaces the old value. */
    private static final long ATIME = 0x70;

    private static final long STRICTATIME = 0x20;
    private static final String ROOT_OPTION = "x-windlass.root=";

    private static final Set<String> WITHOUT_EFFECT = Set.of("defaults", "async", "loud", "silent", "norelatime");
    private static final Set<String> REFUSED =
            Set.of("remount", "tmpcopyup", "iversion", "noiversion", "idmap", "ridmap", "nomand", "rnorelatime");
    private static final Map<String, Attribute> ATTRIBUTES = attributes();
    private static final Map<String, Long> PROPAGATION = Map.of(
            "private",
            MS_PRIVATE,
            "rprivate",
            MS_PRIVATE | MS_REC,
            "slave",
            MS_SLAVE,
            "rslave",
            MS_SLAVE | MS_REC,
            "shared",
            MS_SHARED,
            "rshared",
            MS_SHARED | MS_REC,
            "unbindable",
            MS_UNBINDABLE,
            "runbindable",
            MS_UNBINDABLE | MS_REC);

    /** @throws Fault UNIMPLEMENTED for an option that is known but not supported */
    static MountOptions parse(List<String> options) {
        Parser parser = new Parser();
        options.forEach(parser::take);
        return parser.done();
    }

    boolean readonly() {
        return ((set | recursiveSet) & ATTR_RDONLY) != 0;
    }

    boolean shared() {
        return (propagation & MS_SHARED) != 0;
    }

    boolean slave() {
        return (propagation & MS_SLAVE) != 0;
    }

    private static Map<String, Attribute> attributes() {
        Map<String, Attribute> table = new HashMap<>();
        toggle(table, "ro", "", ATTR_RDONLY);
        toggle(table, "nosuid", "suid", ATTR_NOSUID);
        toggle(table, "nodev", "dev", ATTR_NODEV);
        toggle(table, "noexec", "exec", ATTR_NOEXEC);
        toggle(table, "nodiratime", "diratime", ATTR_NODIRATIME);
        toggle(table, "nosymfollow", "symfollow", ATTR_NOSYMFOLLOW);
        table.put("rrw", new Attribute(0, ATTR_RDONLY, true));
        for (boolean recursive : new boolean[] {false, true}) {
            String r = recursive ? "r" : "";
            table.put(r + "noatime", new Attribute(ATTR_NOATIME, ATIME, recursive));
            table.put(r + "strictatime", new Attribute(STRICTATIME, ATIME, recursive));
            table.put(r + "relatime", new Attribute(0, ATIME, recursive));
            table.put(r + "atime", new Attribute(0, ATIME, recursive));
            table.put(r + "nostrictatime", new Attribute(0, ATIME, recursive));
        }
        return Map.copyOf(table);
    }

    /** An attribute, its opposite, and both for the whole tree. */
    private static void toggle(Map<String, Attribute> table, String on, String off, long attribute) {
        table.put(on, new Attribute(attribute, 0, false));
        table.put("r" + on, new Attribute(attribute, 0, true));
        if (!off.isEmpty()) {
            table.put(off, new Attribute(0, attribute, false));
            table.put("r" + off, new Attribute(0, attribute, true));
        }
    }

    private record Attribute(long set, long clear, boolean recursive) {}

    /** Later options win over earlier ones. */
    private static final class Parser {
        private boolean bind;
        private boolean recursiveBind;
        private long set;
        private long clear;
        private long recursiveSet;
        private long recursiveClear;
        private long propagation;
        private String root = "";
        private final List<MountOption> data = new ArrayList<>();

        void take(String option) {
            Attribute attribute = ATTRIBUTES.get(option);
            Long wanted = PROPAGATION.get(option);
            if (attribute != null) {
                take(attribute);
            } else if (wanted != null) {
                propagation = wanted;
            } else if (option.equals("rw")) {
                set &= ~ATTR_RDONLY;
            } else if (option.equals("bind") || option.equals("rbind")) {
                bind = true;
                recursiveBind = option.equals("rbind");
            } else if (option.startsWith(ROOT_OPTION)) {
                root = option.substring(ROOT_OPTION.length());
            } else if (REFUSED.contains(option)) {
                throw Fault.unimplemented("mount option %s is not supported".formatted(option));
            } else if (!option.isEmpty() && !WITHOUT_EFFECT.contains(option)) {
                int equals = option.indexOf('=');
                data.add(
                        equals < 0
                                ? MountOption.flag(option)
                                : MountOption.of(option.substring(0, equals), option.substring(equals + 1)));
            }
        }

        private void take(Attribute attribute) {
            if (attribute.recursive()) {
                recursiveSet = (recursiveSet & ~attribute.clear()) | attribute.set();
                recursiveClear = (recursiveClear & ~attribute.set()) | attribute.clear();
            } else {
                set = (set & ~attribute.clear()) | attribute.set();
                clear = (clear & ~attribute.set()) | attribute.clear();
            }
        }

        MountOptions done() {
            return new MountOptions(
                    bind,
                    recursiveBind,
                    set,
                    clear,
                    recursiveSet,
                    recursiveClear,
                    propagation,
                    root,
                    List.copyOf(data));
        }
    }
}
