package io.windlass.image.registry;

import io.windlass.image.hosts.RegistryHosts;
import io.windlass.image.progress.Pull;
import io.windlass.image.reference.ImageReference;

/** Sessions with registries as tests want them. */
final class Sessions {
    private Sessions() {}

    static RegistryClient client(RegistryHosts hosts) {
        return new RegistryClient(hosts, Keychain.EMPTY, DownloadLimits.DEFAULT);
    }

    static RegistrySession open(RegistryClient client, String reference, RegistryAuth auth) {
        return client.session(ImageReference.parse(reference), auth, new Pull(reference));
    }
}
