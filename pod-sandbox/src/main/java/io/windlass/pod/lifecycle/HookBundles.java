package io.windlass.pod.lifecycle;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.runtime.hook.ContainerHooks;
import io.windlass.runtime.hook.HookRun;
import io.windlass.runtime.hook.HookRunner;
import io.windlass.runtime.oci.OciJson;
import io.windlass.runtime.oci.Root;
import io.windlass.runtime.oci.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The bundle folders of containers that have hooks, and the hooks that run after a start and after a deletion. Thread-safe.
 *
 * <p>A bundle is made before its container and removed after it. What is in it also says how far the hooks have come: a file for
 * each that was begun, and one once those of the deletion are due, so that a daemon that follows goes on where this one ended.
 */
public final class HookBundles {
    private static final System.Logger LOG = System.getLogger(HookBundles.class.getName());
    private static final String DOCUMENT = "config.json";
    private static final String ROOT = "rootfs";
    private static final String DELETED = "deleted";

    private final PodFolders folders;
    private final HookRunner runner;

    public HookBundles(PodFolders folders, HookRunner runner) {
        this.folders = folders;
        this.runner = runner;
    }

    /** The document as hooks are to find it: it says where the root is attached before it is pivoted to. */
    public Spec document(PodSandboxId sandbox, ContainerId id, Spec spec) {
        if (!hasHooks(spec)) {
            return spec;
        }
        boolean readonly = spec.root() != null && spec.root().readonly();
        return spec.toBuilder()
                .root(new Root(rootOf(folders.bundle(sandbox, id)).toString(), readonly))
                .build();
    }

    /** Makes the bundle of a container, where it needs one; hooks in the container read it as {@code owner}. */
    public Optional<Path> make(PodSandboxId sandbox, ContainerId id, Spec spec, RootOwner owner) {
        if (!hasHooks(spec)) {
            return Optional.empty();
        }
        Path bundle = folders.bundle(sandbox, id);
        folders.make(rootOf(bundle));
        Path document = bundle.resolve(DOCUMENT);
        try {
            Files.deleteIfExists(document);
            Files.createFile(
                    document, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(document, OciJson.write(spec));
            // Readable, and no more: what is run after the deletion may be read from it.
            Files.setAttribute(document, "unix:gid", (int) owner.gid());
            Files.setPosixFilePermissions(document, PosixFilePermissions.fromString("r--r-----"));
        } catch (IOException e) {
            throw Fault.internal("cannot make the bundle of container " + id + ": " + e.getMessage(), e);
        }
        return Optional.of(bundle);
    }

    /** Where the root of a container with that bundle is attached. */
    public static Path rootOf(Path bundle) {
        return bundle.resolve(ROOT);
    }

    /** @throws Fault that says which hook failed, and how; the container must not go on then */
    public void poststart(PodSandboxId sandbox, ContainerId id, Spec spec, long pid) {
        for (HookRun hook : hooks(sandbox, id, spec).poststart(pid)) {
            try {
                runner.run(hook);
            } catch (Fault e) {
                throw e.in("poststart hook");
            }
        }
    }

    /** Runs what is due after a deletion, each hook once, whoever began; those that fail are logged. */
    public void poststop(PodSandboxId sandbox, ContainerId id, Spec spec) {
        if (spec.hooks() == null || spec.hooks().poststop().isEmpty()) {
            return;
        }
        Path bundle = folders.bundle(sandbox, id);
        if (!Files.exists(bundle)) {
            // The machine was restarted.
            make(sandbox, id, spec, new RootOwner(List.of(), List.of()));
        }
        try {
            Files.writeString(bundle.resolve(DELETED), "");
        } catch (IOException e) {
            throw Fault.internal(
                    "cannot note in %s that container %s is deleted: %s".formatted(bundle, id, e.getMessage()), e);
        }
        hooks(sandbox, id, spec).poststop().forEach(hook -> runPoststop(id, hook));
    }

    private void runPoststop(ContainerId id, HookRun hook) {
        try {
            runner.run(hook);
        } catch (Fault e) {
            if (e.kind() == FaultKind.CANCELLED || e.kind() == FaultKind.UNAVAILABLE) {
                throw e.in("cannot run the poststop hooks of container " + id);
            }
            LOG.log(System.Logger.Level.WARNING, "poststop hook of container {0}: {1}", id, e.getMessage());
        }
    }

    /** As above, for a container of which nothing but the bundle is known. */
    public void poststop(PodSandboxId sandbox, ContainerId id) {
        Path document = folders.bundle(sandbox, id).resolve(DOCUMENT);
        if (!Files.exists(document)) {
            return;
        }
        try {
            poststop(sandbox, id, OciJson.read(Files.readAllBytes(document), Spec.class));
        } catch (IOException e) {
            throw Fault.internal("cannot read " + document + ": " + e.getMessage(), e);
        }
    }

    /** Whether the hooks of the deletion were due when an earlier daemon ended. */
    public boolean deleted(PodSandboxId sandbox, ContainerId id) {
        return Files.exists(folders.bundle(sandbox, id).resolve(DELETED));
    }

    /** Removes a bundle. Idempotent. */
    public void remove(PodSandboxId sandbox, ContainerId id) {
        folders.remove(folders.bundle(sandbox, id));
    }

    /** The containers of a pod that have bundles. */
    public List<ContainerId> list(PodSandboxId sandbox) {
        Path bundles = folders.bundles(sandbox);
        if (!Files.isDirectory(bundles)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(bundles)) {
            return entries.map(entry -> String.valueOf(entry.getFileName()))
                    .filter(ContainerId::isValid)
                    .map(ContainerId::of)
                    .toList();
        } catch (IOException e) {
            throw Fault.internal("cannot list " + bundles + ": " + e.getMessage(), e);
        }
    }

    private ContainerHooks hooks(PodSandboxId sandbox, ContainerId id, Spec spec) {
        return ContainerHooks.of(id.value(), spec, Optional.of(folders.bundle(sandbox, id)));
    }

    private static boolean hasHooks(Spec spec) {
        return spec.hooks() != null && !spec.hooks().none();
    }
}
