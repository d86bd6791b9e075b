package io.windlass.pod.container;

import io.windlass.linux.cgroup.Pressure.Stall;
import io.windlass.pod.model.Pressure;

/** The kernel's account of pressure in the terms of the model. */
public final class Pressures {
    private Pressures() {}

    public static Pressure of(io.windlass.linux.cgroup.Pressure measured) {
        return new Pressure(stall(measured.some()), stall(measured.full()));
    }

    private static Pressure.Stall stall(Stall measured) {
        return new Pressure.Stall(
                measured.totalNanos(), measured.average10(), measured.average60(), measured.average300());
    }
}
