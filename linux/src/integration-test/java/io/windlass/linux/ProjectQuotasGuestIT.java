package io.windlass.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.testkit.LoopFilesystem;
import io.windlass.testkit.LoopFilesystem.Kind;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Project quotas of real filesystems. A kernel for it has both, and the format of ext4's quotas. */
@RequiresRoot
class ProjectQuotasGuestIT {
    private static final long PROJECT = 3_000_000_001L;
    private static final int MIB = 1 << 20;

    private final Syscalls kernel = new Kernel();

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"EXT4_WITH_PROJECT_QUOTAS", "XFS_WITH_PROJECT_QUOTAS"})
    void aFolderPassesItsProjectOnAndIsKeptToItsLimits(Kind kind) throws Exception {
        try (LoopFilesystem disk = LoopFilesystem.mount(folder, kind);
                Fd root = directory(disk.root())) {
            assertThat(kernel.projectQuotas(root)).isEqualTo(ProjectQuotas.ENFORCED);
            assertThat(kernel.projectUsage(root, PROJECT)).isEqualTo(ProjectUsage.NOTHING);
            Path upper = Files.createDirectory(disk.root().resolve("upper"));
            Path work = Files.createDirectory(disk.root().resolve("work"));
            try (Fd a = directory(upper);
                    Fd b = directory(work)) {
                kernel.setProject(a, PROJECT, true);
                kernel.setProject(b, PROJECT, true);
                assertThat(kernel.project(a)).isEqualTo(PROJECT);
            }
            kernel.setProjectLimits(root, PROJECT, 2 * MIB, 20);
            ProjectUsage before = kernel.projectUsage(root, PROJECT);
            assertThat(before.inodes()).isEqualTo(2);
            assertThat(before.bytesLimit()).isEqualTo(2 * MIB);
            assertThat(before.inodesLimit()).isEqualTo(20);

            overlay(disk.root(), upper, work, this::fillToTheBrim);

            assertThat(kernel.projectUsage(root, PROJECT).bytes()).isBetween(2L * MIB - 16384, 2L * MIB);
            try (Fd file = kernel.open(upper.resolve("file"), OpenFlags.READ_ONLY, 0)) {
                assertThat(kernel.project(file)).isEqualTo(PROJECT);
                kernel.setProject(file, 0, false);
            }
            assertThat(kernel.projectUsage(root, PROJECT).bytes()).isLessThan(MIB);
        }
    }

    /** Overlay writes without the right to pass quotas (CAP_SYS_RESOURCE), which this process has. */
    private void fillToTheBrim(Path merged) {
        try (Fd file = kernel.open(merged.resolve("file"), OpenFlags.WRITE_ONLY | OpenFlags.CREATE, 0600)) {
            ByteBuffer block = ByteBuffer.allocate(4096);
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1024; i++) {
                            kernel.write(file, block.clear());
                        }
                    })
                    .isInstanceOfSatisfying(
                            SyscallException.class, e -> assertThat(e.errno()).isIn(Errno.EDQUOT, Errno.ENOSPC));
        }
    }

    @Test
    void aFilesystemMountedWithoutThemHasNone() throws Exception {
        for (Kind kind : new Kind[] {Kind.EXT4, Kind.XFS}) {
            try (LoopFilesystem disk = LoopFilesystem.mount(folder, kind);
                    Fd root = directory(disk.root())) {
                assertThat(kernel.projectQuotas(root)).isEqualTo(ProjectQuotas.NONE);
                assertThatThrownBy(() -> kernel.setProjectLimits(root, PROJECT, MIB, 0))
                        .isInstanceOf(SyscallException.class)
                        .hasMessageContaining("limits of project " + PROJECT);
            }
        }
    }

    private interface Work {
        void in(Path merged) throws IOException;
    }

    private void overlay(Path root, Path upper, Path work, Work filling) throws IOException {
        Path lower = Files.createDirectory(root.resolve("lower"));
        Path merged = Files.createDirectory(root.resolve("merged"));
        kernel.mount(
                "overlay", merged, "overlay", 0, "lowerdir=%s,upperdir=%s,workdir=%s".formatted(lower, upper, work));
        try {
            filling.in(merged);
        } finally {
            kernel.unmount(merged, 0);
        }
    }

    private Fd directory(Path path) {
        return kernel.open(path, OpenFlags.READ_ONLY | OpenFlags.DIRECTORY, 0);
    }
}
