package io.windlass.pod.model;

/** A device by its Container Device Interface name: vendor.com/class=device. */
public record CdiDevice(String name) {}
