package io.windlass.image.verify;

import io.windlass.image.registry.RegistryAuth;

/**
 * How the store is examined.
 *
 * @param repair whether what is bad is removed and fetched again, from the repositories that its images were pulled from
 * @param compareTrees whether each layer is unpacked once more and compared file by file; else it is only looked whether its folder is there
 * @param auth what registries are shown in a repair, besides the node's own credentials
 */
public record VerifyOptions(boolean repair, boolean compareTrees, RegistryAuth auth) {
    public static final VerifyOptions LOOK = new VerifyOptions(false, true, RegistryAuth.ANONYMOUS);
    public static final VerifyOptions REPAIR = new VerifyOptions(true, true, RegistryAuth.ANONYMOUS);
}
