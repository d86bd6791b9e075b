package io.windlass.runtime.oci;

import com.fasterxml.jackson.annotation.JsonProperty;

/** I/O scheduling class ("IOPRIO_CLASS_BE") and its priority, 0 highest to 7. */
public record IoPriority(@JsonProperty("class") String schedulingClass, int priority) {}
