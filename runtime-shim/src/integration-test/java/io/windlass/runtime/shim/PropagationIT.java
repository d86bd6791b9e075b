package io.windlass.runtime.shim;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.linux.Kernel;
import io.windlass.linux.Syscalls;
import io.windlass.runtime.oci.Capabilities;
import io.windlass.runtime.oci.Mount;
import io.windlass.runtime.oci.Spec;
import io.windlass.runtime.program.TypicalContainer;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is mounted on the host, or in the container, after the container was made. */
@RequiresRoot
class PropagationIT {
    private static final Syscalls KERNEL = new Kernel();

    private static ShimHost host;
    private static PodShim pod;
    private static Path shared;

    @BeforeAll
    static void start() throws IOException {
        host = new ShimHost();
        pod = host.pod();
        shared = Files.createDirectory(host.folder().resolve("shared"));
        KERNEL.bindMount(shared, shared);
        run("mount", "--make-shared", shared.toString());
        for (String name : List.of("private", "slave", "both")) {
            Files.createDirectories(shared.resolve(name));
        }
    }

    @AfterAll
    static void end() throws IOException {
        run("umount", "-R", shared.toString());
        host.close();
    }

    @Test
    void hidesLaterMountsOfTheHostFromAPrivateVolume() throws IOException {
        ContainerLaunch launch = container("rprivate");

        assertThat(seesMountOfTheHost(launch, "private")).isFalse();
    }

    @Test
    void showsLaterMountsOfTheHostInASlaveVolumeButNotBack() throws IOException {
        ContainerLaunch launch = container("rslave");

        assertThat(seesMountOfTheHost(launch, "slave")).isTrue();
        assertThat(showsMountToTheHost(launch, "slave")).isFalse();
    }

    @Test
    void sharesLaterMountsOfBothSides() throws IOException {
        ContainerLaunch launch = container("rshared");

        assertThat(seesMountOfTheHost(launch, "both")).isTrue();
        assertThat(showsMountToTheHost(launch, "both")).isTrue();
    }

    private static boolean seesMountOfTheHost(ContainerLaunch launch, String name) throws IOException {
        Path target = Files.createDirectories(shared.resolve(name).resolve("of-the-host"));
        run("mount", "-t", "tmpfs", "tmpfs", target.toString());
        Files.writeString(target.resolve("seen"), "");
        return host.execute(pod, launch, "ls", "/volume/" + name + "/of-the-host/seen")
                        .exitCode()
                == 0;
    }

    private static boolean showsMountToTheHost(ContainerLaunch launch, String name) throws IOException {
        Path target = Files.createDirectories(shared.resolve(name).resolve("of-the-container"));
        String inside = "/volume/" + name + "/of-the-container";
        try (ShimStream stream = pod.exec(host.exec(launch, mighty("mount", "-t", "tmpfs", "tmpfs", inside), false))) {
            assertThat(ShimHost.collect(stream).exitCode()).isZero();
        }
        host.execute(pod, launch, "touch", inside + "/seen");
        return Files.exists(target.resolve("seen"));
    }

    private static ContainerLaunch container(String propagation) {
        List<Mount> mounts = new ArrayList<>(TypicalContainer.mounts());
        mounts.add(Mount.bind(shared.toString(), "/volume", propagation));
        Spec spec = TypicalContainer.spec()
                .process(mighty("sleep", "1000"))
                .mounts(mounts)
                .build();
        ContainerLaunch launch = host.launch(spec);
        pod.create(launch);
        pod.start(launch.containerId());
        return launch;
    }

    private static io.windlass.runtime.oci.Process mighty(String... args) {
        List<String> all = List.of("CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE");
        return TypicalContainer.process(args)
                .capabilities(new Capabilities(all, all, List.of(), all, List.of()))
                .build();
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }
}
