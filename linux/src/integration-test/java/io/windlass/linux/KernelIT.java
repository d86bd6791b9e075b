package io.windlass.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What needs root: every test runs in a mount namespace of its own, which takes its mounts with it. */
@RequiresRoot
class KernelIT {
    private static final long PRIVATE = MountFlags.MS_PRIVATE | MountFlags.MS_REC;

    private final Syscalls kernel = new Kernel();

    @TempDir
    Path folder;

    private interface Work {
        void run() throws IOException;
    }

    private void inOwnMountNamespace(Work work) {
        NamespaceThread.inNew(NamespaceType.MOUNT.flag(), () -> {
            kernel.mount("none", Path.of("/"), "", PRIVATE, "");
            work.run();
            return Optional.empty();
        });
    }

    /** A new tmpfs on a new folder. */
    private Path tmpfs(String name) throws IOException {
        Path target = Files.createDirectory(folder.resolve(name));
        try (Fd mount = kernel.fsmount("tmpfs", List.of(MountOption.of("size", "1m")), MountFlags.ATTR_NOSUID)) {
            kernel.moveMount(mount, "", Fd.WORKING_DIRECTORY, target.toString());
        }
        return target;
    }

    @Test
    void tellsThatMemoryKeepsNoProjectQuotas() throws IOException {
        inOwnMountNamespace(() -> {
            try (Fd root = kernel.open(tmpfs("t"), OpenFlags.DIRECTORY, 0)) {
                assertThat(kernel.projectQuotas(root)).isEqualTo(ProjectQuotas.NONE);
                assertThatThrownBy(() -> kernel.setProjectLimits(root, 7, 4096, 0))
                        .hasMessageContaining("limits of project 7");
            }
        });
    }

    @Test
    void mounts_a_file_system_that_others_do_not_see() throws IOException {
        inOwnMountNamespace(() -> {
            Path target = tmpfs("t");
            assertThat(kernel.statfs(target).type()).isEqualTo(FsStat.TMPFS);
            assertThat(kernel.statfs(target).blocks())
                    .isEqualTo((1 << 20) / kernel.statfs(target).blockSize());
            Files.writeString(target.resolve("f"), "x");
            try (Fd root = kernel.open(target, OpenFlags.PATH | OpenFlags.DIRECTORY, 0)) {
                assertThat(kernel.statx(root, "").mountRoot()).isTrue();
            }
        });
        assertThat(folder.resolve("t")).isEmptyDirectory();
    }

    @Test
    void tells_whether_a_file_system_takes_a_folder_by_descriptor() {
        try (Fd folder = kernel.open(this.folder, OpenFlags.PATH | OpenFlags.DIRECTORY, 0)) {
            assertThat(kernel.takesDescriptor("overlay", "lowerdir+", folder)).isTrue();
            assertThat(kernel.takesDescriptor("tmpfs", "size", folder)).isFalse();
        }
    }

    @Test
    void tells_what_the_file_system_said_of_a_wrong_option() {
        assertThatThrownBy(() -> kernel.fsmount("tmpfs", List.of(MountOption.of("sise", "1m")), 0))
                .isInstanceOf(SyscallException.class)
                .hasMessageStartingWith("fsconfig tmpfs sise=1m: EINVAL (invalid argument)")
                .hasMessageContaining("sise");
        assertThatThrownBy(() -> kernel.fsmount("nofs", List.of(), 0))
                .hasMessage("fsopen nofs: ENODEV (no such device)");
    }

    @Test
    void makes_device_nodes_and_overlay_attributes() throws IOException {
        inOwnMountNamespace(() -> {
            Path target = tmpfs("t");
            try (Fd root = kernel.open(target, OpenFlags.DIRECTORY, 0)) {
                FileStat.Device device = new FileStat.Device(1, 3);
                kernel.mknodat(root, "null", FileMode.CHARACTER_DEVICE | 0666, device.encoded());
                assertThat(kernel.statx(root, "null").specialDevice()).isEqualTo(device);
                kernel.fchownat(root, "null", 1000, 1001, 0);
                kernel.fchmodat(root, "null", 0640);
                FileStat stat = kernel.statx(root, "null");
                assertThat(List.of(stat.uid(), stat.gid(), stat.mode() & FileMode.PERMISSIONS))
                        .containsExactly(1000, 1001, 0640);
                kernel.mkdirat(root, "d", 0755);
                byte[] opaque = "trusted.overlay.opaque".getBytes(StandardCharsets.UTF_8);
                kernel.setxattr(root, "d", opaque, new byte[] {'y'});
                assertThat(kernel.getxattr(root, "d", opaque)).containsExactly('y');
                kernel.symlinkat("d", root, "link");
                assertThatThrownBy(() -> kernel.fchmodat(root, "link", 0600))
                        .isInstanceOfSatisfying(
                                SyscallException.class,
                                e -> assertThat(e.errno()).isEqualTo(Errno.EOPNOTSUPP));
                kernel.linkat(root, "null", root, "again", 0);
                assertThatThrownBy(() -> kernel.renameat2(root, "again", root, "d", OpenFlags.RENAME_NOREPLACE))
                        .hasMessage("renameat2 again -> d: EEXIST (file exists)");
                try (Fd file = kernel.openat2(root, "file", OpenFlags.CREATE | OpenFlags.WRITE_ONLY, 0600, 0)) {
                    kernel.pwrite(file, ByteBuffer.wrap(new byte[] {1, 2}), 0);
                    kernel.startWriteback(file);
                }
                kernel.syncfs(root);
            }
        });
    }

    @Test
    void clones_a_tree_read_only_and_puts_it_elsewhere() throws IOException {
        inOwnMountNamespace(() -> {
            Path source = tmpfs("source");
            Files.writeString(source.resolve("f"), "kept");
            Path target = Files.createDirectory(folder.resolve("target"));
            try (Fd tree = kernel.openTree(
                    Fd.WORKING_DIRECTORY, source.toString(), MountFlags.OPEN_TREE_CLONE | OpenFlags.AT_RECURSIVE)) {
                kernel.mountSetattr(
                        tree,
                        "",
                        OpenFlags.AT_EMPTY_PATH | OpenFlags.AT_RECURSIVE,
                        MountFlags.ATTR_RDONLY,
                        0,
                        MountFlags.MS_PRIVATE,
                        Optional.empty());
                kernel.moveMount(tree, "", Fd.WORKING_DIRECTORY, target.toString());
            }
            assertThat(target.resolve("f")).hasContent("kept");
            assertThatThrownBy(() -> kernel.open(target.resolve("g"), OpenFlags.CREATE | OpenFlags.WRITE_ONLY, 0600))
                    .hasMessageContaining("EROFS");
            kernel.unmount(target, MountFlags.MNT_DETACH);
            assertThat(target).isEmptyDirectory();
            kernel.bindMount(source.resolve("f"), Files.createFile(folder.resolve("bound")));
            assertThat(folder.resolve("bound")).hasContent("kept");
        });
    }

    @Test
    void enters_a_namespace_by_its_pin() throws IOException {
        Path own = Path.of("/proc/thread-self/ns/net");
        Path outside = Files.readSymbolicLink(own);
        inOwnMountNamespace(() -> {
            Path pin = Files.createFile(folder.resolve("pin"));
            Path inside;
            try (Fd before = kernel.open(own, OpenFlags.READ_ONLY, 0)) {
                kernel.unshare(NamespaceType.NETWORK.flag());
                kernel.bindMount(own, pin);
                inside = Files.readSymbolicLink(own);
                kernel.setns(before, NamespaceType.NETWORK);
            }
            assertThat(Files.readSymbolicLink(own)).isEqualTo(outside).isNotEqualTo(inside);
            // A thread begins in the namespaces of its creator, so that it sees this mount namespace's pin.
            assertThat(NamespaceThread.call(pin, NamespaceType.NETWORK, () -> Files.readSymbolicLink(own)))
                    .isEqualTo(inside);
            assertThatThrownBy(() -> NamespaceThread.call(pin, NamespaceType.IPC, () -> Optional.empty()))
                    .hasMessage("cannot enter namespace " + pin + ": setns ipc: EINVAL (invalid argument)");
        });
        assertThat(Files.readSymbolicLink(own)).isEqualTo(outside);
    }

    @Test
    void enters_a_mount_namespace() throws Exception {
        Process holder = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "sh",
                        "-c",
                        "mount -t tmpfs t " + folder + " && : > " + folder + "/inside && echo ready && sleep 60")
                .start();
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("ready");
            Path namespace = Path.of("/proc/" + holder.pid() + "/ns/mnt");
            assertThat(NamespaceThread.call(
                            namespace, NamespaceType.MOUNT, () -> Files.exists(folder.resolve("inside"))))
                    .isTrue();
            assertThat(folder.resolve("inside")).doesNotExist();
        } finally {
            holder.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
            holder.destroyForcibly().waitFor();
        }
    }

    @Test
    void shows_why_the_kernel_refuses_a_program() {
        // exit, with no value in register 0
        assertThatThrownBy(() -> kernel.bpfLoad(15, new byte[] {(byte) 0x95, 0, 0, 0, 0, 0, 0, 0}))
                .isInstanceOf(SyscallException.class)
                .hasMessageStartingWith("bpf program of type 15: EACCES")
                .hasMessageContaining("R0 !read_ok");
    }
}
