package io.windlass.pod.quota;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.linux.ProjectQuotas;
import io.windlass.linux.ProjectUsage;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.rootfs.Rootfs;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Project;
import io.windlass.pod.store.Project.Part;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Gives what containers write projects of their own, keeps it to limits, and tells how it stands to them. Thread-safe.
 *
 * <p>A project id is written down before a file gets it, and is free again when its container is gone <em>and</em> no file has
 * it any more: files of a removed layer are deleted later, and a log stays until kubelet has done with it.
 */
public final class ContainerQuotas {
    private static final System.Logger LOG = System.getLogger(ContainerQuotas.class.getName());

    private final PodStore store;
    private final Projects projects;
    private final QuotaPolicy policy;
    private final ProjectFilesystem layers;
    /** By id, also retired ones. */
    private final Map<Long, Project> all = new TreeMap<>();
    /** Of containers that are there. */
    private final Map<Place, Project> current = new ConcurrentHashMap<>();

    private long next;

    /** @param layers the folder that writable layers lie in */
    public ContainerQuotas(PodStore store, Projects projects, QuotaPolicy policy, Path layers) {
        this.store = store;
        this.projects = projects;
        this.policy = policy;
        this.layers = projects.filesystem(layers);
        this.next = policy.firstProject();
        store.projects().forEach(this::remember);
    }

    private record Place(ContainerId container, Part part) {}

    /** The filesystem of writable layers. */
    public ProjectFilesystem layers() {
        return layers;
    }

    public QuotaPolicy policy() {
        return policy;
    }

    /** How many project ids are in use. */
    public synchronized int projectsInUse() {
        return all.size();
    }

    /**
     * Why no container can be created with the defaults of the configuration; empty when it can, as far as writable layers go.
     */
    public String lacking() {
        return policy.defaults().layer().isPresent() ? layers.lacking() : "";
    }

    /**
     * What a container is to be kept to.
     *
     * @throws Fault INVALID_ARGUMENT naming a wrong annotation, FAILED_PRECONDITION when its layer cannot be limited
     */
    public DiskLimits limits(String container, Map<String, String> ofPod, Map<String, String> ofContainer) {
        DiskLimits limits = LimitAnnotations.read(policy.defaults(), container, ofPod, ofContainer);
        limits.layer().ifPresent(limit -> check(Part.LAYER, limit, layers));
        return limits;
    }

    private static void check(Part part, DiskLimit limit, ProjectFilesystem filesystem) {
        if (filesystem.quotas() != ProjectQuotas.ENFORCED) {
            throw Fault.precondition("its %s cannot be limited, as %s asks for: %s"
                    .formatted(part.words(), limit.origin(), filesystem.lacking()));
        }
    }

    /**
     * Puts a writable layer, in which nothing is yet, into a project. Without limits too, where the filesystem has quotas: what it
     * takes can be read from them.
     */
    public Optional<Project> prepareLayer(ContainerId id, Rootfs rootfs, DiskLimits limits) {
        if (layers.quotas() == ProjectQuotas.NONE) {
            return Optional.empty();
        }
        Project project = allocate(
                id,
                Part.LAYER,
                layers.mountpoint(),
                DiskLimits.amount(limits.layerBytes()),
                DiskLimits.amount(limits.layerInodes()));
        // Both, as overlay makes in one what it renames into the other, and no rename leads from one project into
        // another.
        projects.assignFolder(rootfs.upper(), project.id());
        projects.assignFolder(rootfs.work(), project.id());
        enforce(project);
        return Optional.of(project);
    }

    /**
     * To be called when the daemon has written into a layer, which the kernel may not have kept to the limit.
     *
     * @throws Fault RESOURCE_EXHAUSTED when more is in it than it may have
     */
    public void checkLayer(ContainerId id) {
        for (DiskCondition condition : conditions(id)) {
            if (condition.exceeded()) {
                throw new Fault(
                        FaultKind.RESOURCE_EXHAUSTED,
                        "cannot fill the writable layer of container " + id + ": " + condition.message());
            }
        }
    }

    /**
     * Puts a log into a project of its own if it is to be limited. Its folder stays out: it is kubelet's, and has logs of
     * earlier containers, which could then not be renamed.
     */
    public Optional<Project> prepareLog(ContainerId id, Path log, DiskLimits limits) {
        if (limits.logBytes().isEmpty()) {
            return Optional.empty();
        }
        ProjectFilesystem filesystem =
                projects.filesystem(Optional.ofNullable(log.getParent()).orElse(log));
        check(Part.LOG, limits.logBytes().get(), filesystem);
        Project project = allocate(
                id, Part.LOG, filesystem.mountpoint(), limits.logBytes().get().amount(), 0);
        projects.assignFile(log, project.id());
        enforce(project);
        return Optional.of(project);
    }

    /** The log was renamed, and is about to be opened anew: the new file goes into the same project. */
    public void renewLog(ContainerId id, Path log) {
        find(id, Part.LOG).ifPresent(project -> projects.assignFile(log, project.id()));
    }

    /** What a container is kept to now. */
    public DiskLimits limits(ContainerId id) {
        Optional<Project> layer = find(id, Part.LAYER);
        return new DiskLimits(
                limit(layer.map(Project::bytes)),
                limit(layer.map(Project::inodes)),
                limit(find(id, Part.LOG).map(Project::bytes)));
    }

    private static Optional<DiskLimit> limit(Optional<Long> amount) {
        return amount.filter(given -> given > 0).map(given -> new DiskLimit(given, "the limit so far"));
    }

    /**
     * Keeps a container to other limits from now on. One that is below what is taken already keeps it from taking more.
     *
     * @param sealed whether its files stay in their projects; a limit of others would be none
     * @throws Fault FAILED_PRECONDITION for what was created without a limit
     */
    public synchronized void update(ContainerId id, DiskLimits limits, boolean sealed) {
        if (limits.layer().isPresent() && !sealed) {
            throw withoutLimit(Part.LAYER);
        }
        if (limits.logBytes().isPresent() && find(id, Part.LOG).isEmpty()) {
            throw withoutLimit(Part.LOG);
        }
        find(id, Part.LAYER)
                .ifPresent(project -> change(project.limit(
                        DiskLimits.amount(limits.layerBytes()), DiskLimits.amount(limits.layerInodes()))));
        find(id, Part.LOG).ifPresent(project -> change(project.limit(DiskLimits.amount(limits.logBytes()), 0)));
    }

    private static Fault withoutLimit(Part part) {
        return Fault.precondition(
                "its " + part.words() + " was created without a limit, and cannot be given one while it exists");
    }

    private void change(Project project) {
        Project before = find(project.container(), project.part()).orElseThrow();
        if (project.equals(before)) {
            return;
        }
        store.put(project);
        remember(project);
        try {
            projects.limit(project.mountpoint(), project.id(), project.bytes(), project.inodes());
        } catch (Fault e) {
            store.put(before);
            remember(before);
            throw e;
        }
    }

    private void enforce(Project project) {
        if (project.limited()) {
            projects.limit(project.mountpoint(), project.id(), project.bytes(), project.inodes());
        }
    }

    private synchronized Project allocate(
            ContainerId container, Part part, String mountpoint, long bytes, long inodes) {
        reclaim();
        for (long tried = 0; tried < policy.projects(); tried++) {
            long id = next;
            next = id + 1 < policy.firstProject() + policy.projects() ? id + 1 : policy.firstProject();
            if (!all.containsKey(id) && projects.usage(mountpoint, id).equals(ProjectUsage.NOTHING)) {
                Project project = new Project(id, container, part, mountpoint, bytes, inodes, false);
                store.put(project);
                remember(project);
                return project;
            }
        }
        throw new Fault(
                FaultKind.RESOURCE_EXHAUSTED,
                "its %s cannot have a project: all ids of [quota] (%s) are in use on %s"
                        .formatted(part.words(), policy, mountpoint));
    }

    private void remember(Project project) {
        all.put(project.id(), project);
        Place place = new Place(project.container(), project.part());
        if (project.retired()) {
            current.remove(place);
        } else {
            current.put(place, project);
        }
    }

    /** Forgets the retired ids that no file has any more. */
    private void reclaim() {
        for (Project project : List.copyOf(all.values())) {
            if (project.retired() && unused(project)) {
                store.forgetProject(project.id());
                all.remove(project.id());
            }
        }
    }

    private boolean unused(Project project) {
        try {
            return projects.usage(project.mountpoint(), project.id()).empty();
        } catch (Fault e) {
            LOG.log(System.Logger.Level.DEBUG, "project id {0} stays in use: {1}", project.id(), e.getMessage());
            return false;
        }
    }

    /** Gives back what a container has, made wholly or not; to be called when its layer is removed. Idempotent. */
    public synchronized void release(ContainerId id) {
        for (Part part : Part.values()) {
            find(id, part).ifPresent(this::retire);
        }
        reclaim();
    }

    private void retire(Project project) {
        Project retired = project.retire();
        store.put(retired);
        remember(retired);
        unlimit(retired);
    }

    private void unlimit(Project retired) {
        try {
            projects.limit(retired.mountpoint(), retired.id(), 0, 0);
        } catch (Fault e) {
            LOG.log(System.Logger.Level.WARNING, "project id {0} keeps its limits: {1}", retired.id(), e.getMessage());
        }
    }

    /** Makes the kernel's limits those that are written down, and gives back what containers left that are gone. */
    public synchronized void converge(Predicate<ContainerId> exists) {
        for (Project project : List.copyOf(all.values())) {
            if (project.retired()) {
                unlimit(project);
            } else if (exists.test(project.container())) {
                enforceAgain(project);
            } else {
                retire(project);
            }
        }
        reclaim();
    }

    private void enforceAgain(Project project) {
        try {
            enforce(project);
        } catch (Fault e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "the {0} of container {1} is not limited any more: {2}",
                    project.part().words(),
                    project.container(),
                    e.getMessage());
        }
    }

    /** Whether anything of a container is limited. */
    public boolean limited(ContainerId id) {
        return projects(id).anyMatch(Project::limited);
    }

    /** What a writable layer takes; empty where there are no quotas to read it from. */
    public Optional<ProjectUsage> layerUsage(ContainerId id) {
        return find(id, Part.LAYER).map(project -> projects.usage(project.mountpoint(), project.id()));
    }

    /** How a container stands to its quotas, as far as that can be read now. */
    public List<DiskCondition> conditions(ContainerId id) {
        List<DiskCondition> conditions = new ArrayList<>();
        projects(id).forEach(project -> {
            try {
                conditions.add(new DiskCondition(project, projects.usage(project.mountpoint(), project.id())));
            } catch (Fault e) {
                LOG.log(System.Logger.Level.WARNING, "cannot tell how full container {0} is: {1}", id, e.getMessage());
            }
        });
        return conditions;
    }

    /** What is full of a container, in words; empty when nothing is. */
    public String message(ContainerId id) {
        if (!limited(id)) {
            return "";
        }
        return String.join(
                "; ",
                conditions(id).stream()
                        .map(DiskCondition::message)
                        .filter(message -> !message.isEmpty())
                        .toList());
    }

    private Stream<Project> projects(ContainerId id) {
        return Stream.of(Part.values()).flatMap(part -> find(id, part).stream());
    }

    private Optional<Project> find(ContainerId id, Part part) {
        return Optional.ofNullable(current.get(new Place(id, part)));
    }
}
