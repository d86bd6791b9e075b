package io.windlass.runtime.shim;

import java.time.Duration;
import java.util.List;

/** How long each operation of a launch took, in the order in which they ran. */
public record Timeline(List<Step> steps) {
    public Timeline {
        steps = List.copyOf(steps);
    }

    public Duration total() {
        return steps.stream().map(Step::took).reduce(Duration.ZERO, Duration::plus);
    }

    /** One operation of the launch program, by its name. */
    public record Step(String name, Duration took) {}
}
