package io.windlass.image.testing;

/**
 * A tree with everything about files that an image must carry, and how to look at it: scripts for bash, run as root in the
 * tree's folder. They need python3.
 */
public final class HardTree {
    private static final String DEEP = ("d".repeat(99) + "/").repeat(3);

    /** Fills an empty or other folder. */
    public static final String MAKE = """
            mkdir -p %s; echo long > %s/file
            mkdir link; echo linked > link/one; ln link/one link/two
            ln -s /nowhere/%s symbolic
            mknod null c 1 3; mknod loop b 7 300; mkfifo fifo
            cp /bin/true setuid; chmod 6755 setuid
            cp /bin/true capable
            mkdir folder
            python3 -c "
            import os
            os.setxattr('capable', 'security.capability', bytes.fromhex('0100000200040000000000000000000000000000'))
            os.setxattr('capable', 'user.binary', bytes(range(256)))
            os.setxattr('folder', 'user.folder', b'x')
            "
            echo owned > owned; chown 70000:4000000000 owned
            truncate -s 64M sparse; echo end >> sparse
            touch -d '2001-02-03 04:05:06.123456789 UTC' owned; touch -h -d '1999-01-01 UTC' symbolic
            printf x > "$(printf 'name-\\303\\244-\\n-line')"
            touch -d '2002-02-02 02:02:02.5 UTC' folder link
            """.formatted(DEEP, DEEP, "s".repeat(200));

    /** Prints everything that is to survive: types, modes, owners, times, links, content, attributes. */
    public static final String LOOK = """
            find . -mindepth 1 -printf '%p %y %m %U:%G %T@ %n %l %s\\n' | grep -v ' d ' | LC_ALL=C sort
            find . -mindepth 1 -type d -printf '%p %y %m %U:%G %T@\\n' | LC_ALL=C sort
            find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
            find . -mindepth 1 \\( -type c -o -type b \\) -exec stat -c '%n %t:%T' {} + | sort
            python3 - <<'END'
            import os
            for folder, names, files in sorted(os.walk('.')):
                for name in sorted(names + files):
                    path = os.path.join(folder, name)
                    for key in sorted(os.listxattr(path, follow_symlinks=False)):
                        if not key.startswith('trusted.overlay.'):
                            print(path, key, os.getxattr(path, key, follow_symlinks=False).hex())
            END
            """;

    /** Prints whether the links are one file still, and whether the sparse file is sparse. */
    public static final String LOOK_AT_BLOCKS = """
            python3 - <<'END'
            import os
            a, b = os.stat('link/one'), os.stat('link/two')
            print('same file', a.st_ino == b.st_ino)
            print('sparse', os.stat('sparse').st_blocks * 512 < 1 << 20)
            END
            """;

    private HardTree() {}
}
