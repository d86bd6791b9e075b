package io.windlass.cri.recovery;

import io.windlass.cri.config.Config;
import io.windlass.cri.release.ReleaseVersion;
import io.windlass.cri.server.CriServer;
import io.windlass.cri.server.NodeServer;
import io.windlass.nri.plugin.Nri;
import io.windlass.pod.Pods;
import io.windlass.pod.quota.ContainerQuotas;
import io.windlass.runtime.shim.ShimSupervisor;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.management.ManagementFactory;
import org.jboss.logging.Logger;

/**
 * The order of the start: checks, folders, stores and zygote, the pods of the daemon before, plugins, and only then the socket. So
 * whoever gets an answer gets the truth.
 */
@Singleton
public final class StartUp implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(StartUp.class);

    private final Config config;
    private final Closing closing;
    private final Instance<ShimSupervisor> shims;
    private final Instance<Pods> pods;
    private final Instance<Nri> nri;
    private final Instance<CriServer> server;
    private final Instance<NodeServer> nodeServer;

    @Inject
    StartUp(
            Config config,
            Closing closing,
            Instance<ShimSupervisor> shims,
            Instance<Pods> pods,
            Instance<Nri> nri,
            Instance<CriServer> server,
            Instance<NodeServer> nodeServer) {
        this.config = config;
        this.closing = closing;
        this.shims = shims;
        this.pods = pods;
        this.nri = nri;
        this.server = server;
        this.nodeServer = nodeServer;
    }

    /** @throws io.windlass.fault.Fault with what is in the way; what was opened until then is closed by {@link #close} */
    public void run() {
        StartUpChecks.check(Host.current());
        closing.later(Folders.take(config.root(), config.state()));
        shims.get().start();
        tellOfQuotas(pods.get().quotas());
        pods.get().recover().run();
        if (config.nri().enabled()) {
            nri.get().start(pods.get().pluginTarget());
        }
        nodeServer.get().start();
        server.get().start();
        closing.later(QuietMemory.watch(pods.get().events()));
        long sinceLaunch = System.currentTimeMillis()
                - ManagementFactory.getRuntimeMXBean().getStartTime();
        LOG.infof(
                "windlass %s ready on %s, %d ms after its launch",
                ReleaseVersion.text(), config.server().listen(), sinceLaunch);
    }

    private static void tellOfQuotas(ContainerQuotas quotas) {
        String lacking = quotas.layers().lacking();
        if (lacking.isEmpty()) {
            LOG.infof(
                    "writable layers have project quotas (%s)", quotas.layers().type());
        } else if (quotas.lacking().isEmpty()) {
            LOG.infof("writable layers cannot be limited: %s", lacking);
        } else {
            LOG.errorf("containers that [quota] limits are refused: %s", lacking);
        }
    }

    /** Ends serving, then closes everything that was opened. Pods live on. */
    @Override
    public void close() {
        closing.close();
    }
}
