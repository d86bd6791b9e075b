package io.windlass.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/** Durations by operation, their percentiles, and what failed. Thread-safe. */
final class Latencies {
    private final Map<String, List<Long>> nanos = Collections.synchronizedMap(new LinkedHashMap<>());

    private final Map<String, Integer> failures = new ConcurrentSkipListMap<>();

    /** Does {@code work} and notes how long it took, or why it failed; a failure is thrown on. */
    <T> T time(String operation, Supplier<T> work) {
        long begin = System.nanoTime();
        T result;
        try {
            result = work.get();
        } catch (StatusRuntimeException | IllegalStateException e) {
            failures.merge(operation + ": " + Windlass.explain(e), 1, Integer::sum);
            throw e;
        }
        add(operation, System.nanoTime() - begin);
        return result;
    }

    void add(String operation, long duration) {
        nanos.computeIfAbsent(operation, key -> Collections.synchronizedList(new ArrayList<>()))
                .add(duration);
    }

    String table() {
        StringBuilder table = new StringBuilder(
                "%-24s %6s %10s %10s %10s %10s".formatted("OPERATION", "N", "MIN-MS", "P50-MS", "P95-MS", "MAX-MS"));
        nanos.forEach((operation, all) -> {
            List<Long> sorted = all.stream().sorted().toList();
            table.append("%n%-24s %6d %10.2f %10.2f %10.2f %10.2f"
                    .formatted(
                            operation,
                            sorted.size(),
                            at(sorted, 0),
                            at(sorted, 0.50),
                            at(sorted, 0.95),
                            at(sorted, 1)));
        });
        return table.toString();
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode operations = json.putArray("operations");
        nanos.forEach((operation, all) -> {
            List<Long> sorted = all.stream().sorted().toList();
            operations
                    .addObject()
                    .put("operation", operation)
                    .put("count", sorted.size())
                    .put("minMilliseconds", at(sorted, 0))
                    .put("p50Milliseconds", at(sorted, 0.50))
                    .put("p95Milliseconds", at(sorted, 0.95))
                    .put("maxMilliseconds", at(sorted, 1));
        });
        reasons().forEach(json.putArray("failures")::add);
        return json;
    }

    /** How many operations failed. */
    int failed() {
        return failures.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** What failed, why and how often, a line for each reason. */
    List<String> reasons() {
        return failures.entrySet().stream()
                .map(failure -> "failed %d x %s".formatted(failure.getValue(), failure.getKey()))
                .toList();
    }

    private static double at(List<Long> sorted, double quantile) {
        int index = (int) Math.ceil(quantile * sorted.size()) - 1;
        return sorted.get(Math.clamp(index, 0, sorted.size() - 1)) / 1e6;
    }
}
