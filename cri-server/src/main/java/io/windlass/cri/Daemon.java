package io.windlass.cri;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.ShutdownEvent;
import io.windlass.cri.recovery.StartUp;
import io.windlass.fault.Fault;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/** The daemon's life: start up, serve until it is told to end, shut down. Pods outlive it. */
@Singleton
public class Daemon implements QuarkusApplication {
    private static final Logger LOG = Logger.getLogger(Daemon.class);
    private static final int FAILED_START = 1;

    private final StartUp startUp;

    @Inject
    Daemon(StartUp startUp) {
        this.startUp = startUp;
    }

    @Override
    public int run(String... arguments) {
        try {
            startUp.run();
        } catch (Fault fault) {
            LOG.errorf("cannot start: %s", fault.getMessage());
            LOG.debug("where it failed", fault);
            return FAILED_START;
        }
        Quarkus.waitForExit();
        return 0;
    }

    void end(@Observes ShutdownEvent event) {
        startUp.close();
    }
}
