package io.windlass.cri;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.windlass.cri.config.CommandLine;
import io.windlass.cri.config.Config;
import io.windlass.cri.release.ReleaseVersion;
import io.windlass.fault.Fault;
import java.util.Locale;

/** The daemon's entry: what can be said without starting is said here, the rest is {@link Daemon}'s. */
@QuarkusMain
public final class Windlassd {
    private static final int WRONG_USAGE = 2;

    private Windlassd() {}

    /** See {@code --help}. Exits with 1 when the start fails, and with 2 when the arguments or the configuration are wrong. */
    @SuppressWarnings("SystemOut")
    public static void main(String... arguments) {
        try {
            CommandLine line = CommandLine.parse(arguments);
            switch (line.action()) {
                case HELP -> System.out.print(CommandLine.HELP);
                case VERSION -> System.out.println("windlassd " + ReleaseVersion.text());
                case CHECK_CONFIG -> {
                    line.config();
                    System.out.println("configuration is valid");
                }
                case RUN -> {
                    logAsConfigured(line.config());
                    Quarkus.run(Daemon.class, arguments);
                }
            }
        } catch (Fault fault) {
            System.err.println(
                    ("\n" + fault.getMessage()).replace("\n", "\nwindlassd: ").substring(1));
            System.exit(WRONG_USAGE);
        }
    }

    private static void logAsConfigured(Config config) {
        String level = config.log().level().toUpperCase(Locale.ROOT);
        System.setProperty("quarkus.log.category.\"io.windlass\".level", level);
    }
}
