package io.windlass.pod.quota;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads limits from annotations. The nearest one counts: {@code quota.windlass.io/layer-bytes} of the container itself,
 * {@code layer-bytes.quota.windlass.io/NAME} of its pod, {@code quota.windlass.io/layer-bytes} of its pod, the configuration's
 * default. "0" is no limit.
 */
public final class LimitAnnotations {
    public static final String DOMAIN = "quota.windlass.io";
    private static final String LAYER_BYTES = "layer-bytes";
    private static final String LAYER_INODES = "layer-inodes";
    private static final String LOG_BYTES = "log-bytes";
    private static final List<String> NAMES = List.of(LAYER_BYTES, LAYER_INODES, LOG_BYTES);

    private final String container;
    private final Map<String, String> ofPod;
    private final Map<String, String> ofContainer;

    private LimitAnnotations(String container, Map<String, String> ofPod, Map<String, String> ofContainer) {
        this.container = container;
        this.ofPod = ofPod;
        this.ofContainer = ofContainer;
    }

    /**
     * @param container its name, as the pod's annotations have it
     * @throws Fault INVALID_ARGUMENT naming an annotation of this domain that is unknown or says no quantity
     */
    public static DiskLimits read(
            DiskLimits defaults, String container, Map<String, String> ofPod, Map<String, String> ofContainer) {
        LimitAnnotations annotations = new LimitAnnotations(container, ofPod, ofContainer);
        annotations.refuseUnknown();
        return new DiskLimits(
                annotations.limit(LAYER_BYTES, defaults.layerBytes()),
                annotations.limit(LAYER_INODES, defaults.layerInodes()),
                annotations.limit(LOG_BYTES, defaults.logBytes()));
    }

    /** Those that are not about limits. */
    public static Set<String> others(Map<String, String> annotations) {
        return annotations.keySet().stream()
                .filter(key -> !ofDomain(key))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean ofDomain(String key) {
        return key.startsWith(DOMAIN + "/") || key.contains("." + DOMAIN + "/");
    }

    private Optional<DiskLimit> limit(String name, Optional<DiskLimit> otherwise) {
        String forAll = DOMAIN + "/" + name;
        return found(ofContainer, forAll)
                .or(() -> found(ofPod, name + "." + DOMAIN + "/" + container))
                .or(() -> found(ofPod, forAll))
                .map(limit -> limit.amount() == 0 ? Optional.<DiskLimit>empty() : Optional.of(limit))
                .orElse(otherwise);
    }

    private static Optional<DiskLimit> found(Map<String, String> annotations, String key) {
        return Optional.ofNullable(annotations.get(key)).map(text -> {
            try {
                return new DiskLimit(Quantity.parse(text), "annotation " + key);
            } catch (IllegalArgumentException e) {
                throw new Fault(FaultKind.INVALID_ARGUMENT, "annotation " + key + ": " + e.getMessage(), e);
            }
        });
    }

    private void refuseUnknown() {
        Collection<String> keys = new TreeSet<>(ofPod.keySet());
        ofContainer.keySet().stream().filter(key -> !forAll(key)).forEach(keys::add);
        for (String key : keys) {
            boolean known = forAll(key) || (ofPod.containsKey(key) && forOne(key));
            if (ofDomain(key) && !known) {
                throw Fault.invalid("annotation " + key + " is unknown; there are " + DOMAIN + "/" + LAYER_BYTES + ", "
                        + LAYER_INODES + " and " + LOG_BYTES + ", and for one container of a pod " + LAYER_BYTES + "."
                        + DOMAIN + "/CONTAINER and so on");
            }
        }
    }

    private static boolean forAll(String key) {
        return NAMES.stream().anyMatch(name -> key.equals(DOMAIN + "/" + name));
    }

    private static boolean forOne(String key) {
        return NAMES.stream().anyMatch(name -> key.startsWith(name + "." + DOMAIN + "/"));
    }
}
