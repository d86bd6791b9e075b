package io.windlass.pod.model;

/** Counters of one network interface of a pod. */
public record NetworkInterfaceUsage(String name, long rxBytes, long rxErrors, long txBytes, long txErrors) {}
