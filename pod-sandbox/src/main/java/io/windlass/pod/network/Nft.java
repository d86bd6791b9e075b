package io.windlass.pod.network;

import io.windlass.fault.Fault;
import io.windlass.pod.program.HostProgram;
import java.time.Duration;
import java.util.Optional;

/** The nft program, which runs each text as one transaction, in the calling thread's network namespace. Thread-safe. */
final class Nft {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final HostProgram program;

    Nft(HostProgram program) {
        this.program = program;
    }

    static Optional<Nft> find() {
        return HostProgram.find("nft", LIMIT).map(Nft::new);
    }

    void apply(String text) {
        try {
            program.feed(text, "-f", "-");
        } catch (Fault e) {
            throw e.in("cannot change packet rules");
        }
    }
}
