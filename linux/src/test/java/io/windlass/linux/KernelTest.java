package io.windlass.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.FaultKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelTest {
    private final Syscalls kernel = new Kernel();

    @TempDir
    Path folder;

    @Test
    void names_the_call_the_path_and_the_errno_of_a_failure() {
        assertThatThrownBy(() -> kernel.open(folder.resolve("none"), OpenFlags.READ_ONLY, 0))
                .isInstanceOfSatisfying(SyscallException.class, e -> {
                    assertThat(e.errno()).isEqualTo(Errno.ENOENT);
                    assertThat(e.fault("cannot look").kind()).isEqualTo(FaultKind.NOT_FOUND);
                })
                .hasMessage("openat " + folder.resolve("none") + ": ENOENT (no such file or directory)");
    }

    @Test
    void confines_names_to_the_directory_taken_as_root() throws Exception {
        Files.writeString(folder.resolve("f"), "inside");
        Files.createSymbolicLink(folder.resolve("up"), Path.of("../../../f"));
        try (Fd root = kernel.open(folder, OpenFlags.DIRECTORY | OpenFlags.PATH, 0);
                Fd file = kernel.openat2(root, "up", OpenFlags.READ_ONLY, 0, OpenFlags.RESOLVE_IN_ROOT)) {
            assertThat(Files.readString(file.path())).isEqualTo("inside");
            assertThatThrownBy(() -> kernel.openat2(root, "up", OpenFlags.READ_ONLY, 0, OpenFlags.RESOLVE_BENEATH))
                    .hasMessage("openat2 up: EXDEV (invalid cross-device link)");
        }
    }

    @Test
    void writes_reads_and_truncates_through_heap_and_direct_buffers() {
        try (Fd file = kernel.open(folder.resolve("f"), OpenFlags.READ_WRITE | OpenFlags.CREATE, 0600)) {
            assertThat(kernel.write(file, ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8))))
                    .isEqualTo(5);
            ByteBuffer direct =
                    ByteBuffer.allocateDirect(8).put(new byte[] {'J'}).flip();
            kernel.pwrite(file, direct, 0);
            assertThat(direct.hasRemaining()).isFalse();
            kernel.ftruncate(file, 4);
            ByteBuffer heap = ByteBuffer.allocate(16);
            assertThat(kernel.pread(file, heap, 0)).isEqualTo(4);
            assertThat(StandardCharsets.UTF_8.decode(heap.flip()).toString()).isEqualTo("Jell");
        }
    }

    @Test
    void describes_files_without_following_the_last_link() throws Exception {
        Files.writeString(folder.resolve("f"), "12345");
        try (Fd directory = kernel.open(folder, OpenFlags.DIRECTORY, 0)) {
            kernel.symlinkat("f", directory, "link");
            kernel.utimensat(directory, "link", 1_000_000_000, 5);
            assertThat(kernel.statx(directory, "f").size()).isEqualTo(5);
            FileStat link = kernel.statx(directory, "link");
            assertThat(link.isSymbolicLink()).isTrue();
            assertThat(link.modified()).hasToString("2001-09-09T01:46:40.000000005Z");
            assertThat(kernel.readlinkat(directory, "link")).isEqualTo("f");
            assertThat(kernel.statx(directory, "").isDirectory()).isTrue();
        }
    }

    @Test
    void changes_modes_where_the_kernel_has_no_call_for_it_that_spares_links() throws Exception {
        Files.writeString(folder.resolve("f"), "");
        try (Fd directory = kernel.open(folder, OpenFlags.DIRECTORY, 0)) {
            KernelAttributes.changeModeByDescriptor(directory, "f", 0604);
            assertThat(kernel.statx(directory, "f").mode() & FileMode.PERMISSIONS)
                    .isEqualTo(0604);
            kernel.symlinkat("f", directory, "link");
            assertThatThrownBy(() -> KernelAttributes.changeModeByDescriptor(directory, "link", 0777))
                    .hasMessage("fchmodat link: EOPNOTSUPP (operation not supported)");
        }
    }

    @Test
    void keeps_names_that_are_not_text() {
        String name = RawName.decode(new byte[] {'a', (byte) 0xff, (byte) 0xc3, (byte) 0xa9});
        try (Fd directory = kernel.open(folder, OpenFlags.DIRECTORY, 0)) {
            kernel.mkdirat(directory, name, 0755);
            kernel.symlinkat(name, directory, "link");
            assertThat(RawName.encode(kernel.readlinkat(directory, "link"))).containsExactly('a', 0xff, 0xc3, 0xa9);
            kernel.unlinkat(directory, name, OpenFlags.AT_REMOVEDIR);
        }
    }

    @Test
    void keeps_the_bytes_of_attributes() {
        byte[] value = new byte[300];
        value[0] = (byte) 0xfe;
        try (Fd directory = kernel.open(folder, OpenFlags.DIRECTORY, 0)) {
            kernel.mkdirat(directory, "d", 0755);
            byte[] key = "user.x".getBytes(StandardCharsets.UTF_8);
            kernel.setxattr(directory, "d", key, value);
            assertThat(kernel.getxattr(directory, "d", key)).isEqualTo(value);
            assertThat(kernel.listxattr(directory, "d")).contains(key);
            kernel.removexattr(directory, "d", key);
            assertThatThrownBy(() -> kernel.getxattr(directory, "d", key))
                    .hasMessage("lgetxattr d user.x: ENODATA (no data available)");
        }
    }

    @Test
    void closes_a_descriptor_once_and_refuses_its_use_afterwards() {
        Fd fd = kernel.open(folder, OpenFlags.DIRECTORY, 0);
        fd.close();
        fd.close();
        assertThatThrownBy(fd::number).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void signals_processes_through_their_descriptor() throws Exception {
        Process sleeper = new ProcessBuilder("sleep", "60").start();
        try (Fd process = kernel.pidfdOpen(sleeper.pid())) {
            kernel.pidfdSendSignal(process, 9);
        }
        assertThat(sleeper.waitFor()).isEqualTo(137);
    }

    @Test
    void talks_to_netlink() {
        byte[] any = {16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        try (Fd socket = kernel.socket(16, 3, 0)) {
            kernel.bind(socket, any);
            assertThat(kernel.getsockname(socket)).hasSize(12);
            // RTM_GETLINK of interface 1 (lo)
            byte[] request = {
                32, 0, 0, 0, 18, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
            };
            assertThat(kernel.send(socket, request, 0)).isEqualTo(32);
            byte[] reply = new byte[8192];
            assertThat(kernel.recv(socket, reply, 0)).isGreaterThan(32);
            assertThat(reply[4]).isEqualTo((byte) 16);
        }
    }
}
