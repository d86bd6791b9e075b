package io.windlass.pod.model;

/** A limit on huge pages of one size, which is named as in the control file: 2MB, 1GB. */
public record HugepageLimit(String pageSize, long limit) {}
