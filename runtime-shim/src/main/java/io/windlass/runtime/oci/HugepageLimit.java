package io.windlass.runtime.oci;

/** Bytes of huge pages of one size ("2MB"). */
public record HugepageLimit(String pageSize, long limit) {}
