package io.windlass.runtime.program;

import java.util.Arrays;
import java.util.List;

/** The operations of a launch program: number, and the names and kinds of the arguments in their order. */
public enum Opcode {
    CLONE(1, "flags:clone"),
    BARRIER(2),
    DUMPABLE(3, "value:u32"),
    SETSID(4),
    WRITE_FILE(5, "path:str", "data:bytes"),
    SETNS(6, "from:slot", "type:clone"),
    SETNS_TARGET(7, "flags:clone"),
    UNSHARE(8, "flags:clone"),
    PROPAGATION(9, "path:str", "flags:ms"),
    OPEN_TREE(10, "into:slot", "path:str", "flags:u32"),
    OPEN_TREE_IN(11, "into:slot", "root:str", "path:str", "flags:u32"),
    MOUNT_ATTR(12, "of:slot", "set:attr", "clear:attr", "propagation:ms", "userns:slot", "recursive:u32"),
    FSMOUNT(13, "into:slot", "type:str", "attributes:attr", "options:options"),
    MOVE_MOUNT(14, "from:slot", "target:str", "make:u32"),
    PIVOT(15, "root:slot", "attach:str"),
    MKDIR(16, "path:str", "mode:octal", "uid:u32", "gid:u32"),
    MKNOD(17, "path:str", "mode:octal", "major:u32", "minor:u32", "uid:u32", "gid:u32"),
    SYMLINK(18, "target:str", "path:str"),
    MASK(19, "path:str"),
    READONLY(20, "path:str"),
    SYSCTL(21, "procfs:slot", "path:str", "value:str"),
    RLIMIT(22, "resource:u32", "soft:u64", "hard:u64"),
    OOM_SCORE_ADJ(23, "value:i32"),
    TTY(24, "columns:u32", "rows:u32", "console:u32"),
    CAP_BOUNDING(25, "keep:hex"),
    KEEP_CAPS(26),
    GROUPS(27, "gids:u32list"),
    GID(28, "gid:u32"),
    UID(29, "uid:u32"),
    CAPSET(30, "effective:hex", "permitted:hex", "inheritable:hex"),
    CAP_AMBIENT(31, "raise:hex"),
    CHDIR(32, "path:str", "make:u32"),
    NO_NEW_PRIVS(33),
    SECCOMP(34, "flags:u32", "filter:filter"),
    UMASK(35, "mask:octal"),
    HOSTNAME(36, "name:str"),
    LSM_EXEC(37, "procfs:slot", "attribute:str", "label:str"),
    EXECVE(38, "argv:strlist", "environment:strlist"),
    RECLONE(39, "flags:clone"),
    OPEN(40, "into:slot", "path:str", "flags:u32"),
    CLOSE(41, "slot:slot"),
    CHECK_FS(42, "of:slot", "magic:hex"),
    DEVICE(43, "path:str", "host:str"),
    OWN_STREAMS(44, "uid:u32", "gid:u32"),
    USER_NAMESPACE(45, "into:slot", "uids:str", "gids:str"),
    MAP_IDS(46, "of:slot", "userns:slot", "source:str", "recursive:u32"),
    ATTACH_ROOT(47, "root:slot", "attach:str"),
    HOOK(48, "path:str", "argv:strlist", "environment:strlist", "timeout:u32", "before:str", "after:str"),
    PAUSE(49),
    IO_PRIORITY(50, "class:u32", "priority:u32"),
    SCHEDULER(51, "policy:u32", "flags:hex", "nice:i32", "priority:u32", "runtime:u64", "deadline:u64", "period:u64"),
    PERSONALITY(52, "domain:u32"),
    MEMORY_POLICY(53, "mode:hex32", "nodes:mask"),
    LABEL(54, "of:slot", "label:str"),
    SESSION_KEYRING(55),
    FSMOUNT_APART(56, "into:slot", "type:str", "attributes:attr", "options:options", "where:str");

    private final int code;

    @SuppressWarnings("ImmutableEnumChecker") // an immutable list
    private final List<Argument> arguments;

    Opcode(int code, String... arguments) {
        this.code = code;
        this.arguments = Arrays.stream(arguments).map(Argument::parse).toList();
    }

    public int code() {
        return code;
    }

    List<Argument> arguments() {
        return arguments;
    }

    /** The name of an operation as it stands in listings and timelines, also of one that this version does not know. */
    public static String nameOf(int code) {
        for (Opcode opcode : values()) {
            if (opcode.code == code) {
                return opcode.name();
            }
        }
        return "UNKNOWN-" + code;
    }

    /** How one argument is called and shown. */
    record Argument(String name, String kind) {
        static Argument parse(String text) {
            int colon = text.indexOf(':');
            return new Argument(text.substring(0, colon), text.substring(colon + 1));
        }
    }
}
