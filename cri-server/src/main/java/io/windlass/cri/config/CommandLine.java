package io.windlass.cri.config;

import io.windlass.fault.Fault;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the daemon was started with. */
public record CommandLine(Action action, Map<Option, Path> paths) {
    private static final Path DEFAULT_CONFIG = Path.of("/etc/windlass/config.toml");

    public static final String HELP = """
            Usage: windlassd [--config FILE] [--root DIR] [--state DIR] [--listen SOCKET_PATH]
                             [--nri-socket SOCKET_PATH]

            Runs the Kubernetes container runtime in the foreground, until SIGTERM; pods keep running then.

              --config FILE         read FILE and config.d/*.toml beside it (/etc/windlass/config.toml)
              --root DIR            images and stores, kept over a reboot (/var/lib/windlass)
              --state DIR           sockets and pinned namespaces, lost at a reboot (/run/windlass)
              --listen SOCKET_PATH  the CRI socket (windlass.sock in the state folder)
              --nri-socket SOCKET_PATH
                                    where NRI plugins connect (/var/run/nri/nri.sock)
              --check-config        read the configuration, say what is wrong with it, and end
              --version             print the version and end
              --help                print this text and end
            """;

    public CommandLine {
        paths = Map.copyOf(paths);
    }

    /** What is wanted. */
    public enum Action {
        RUN,
        CHECK_CONFIG,
        VERSION,
        HELP
    }

    /** The options that take a path. */
    public enum Option {
        CONFIG("--config"),
        ROOT("--root"),
        STATE("--state"),
        LISTEN("--listen"),
        NRI_SOCKET("--nri-socket");

        private final String flag;

        Option(String flag) {
            this.flag = flag;
        }
    }

    /** @throws Fault INVALID_ARGUMENT for what it does not know */
    public static CommandLine parse(String... arguments) {
        Action action = Action.RUN;
        Map<Option, Path> paths = new EnumMap<>(Option.class);
        Iterator<String> rest = List.of(arguments).iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            switch (argument) {
                case "--help", "-h" -> action = Action.HELP;
                case "--version" -> action = Action.VERSION;
                case "--check-config" -> action = Action.CHECK_CONFIG;
                default -> {
                    int equals = argument.indexOf('=');
                    String flag = equals < 0 ? argument : argument.substring(0, equals);
                    Option option = option(flag);
                    String value = equals < 0 ? next(flag, rest) : argument.substring(equals + 1);
                    if (paths.put(option, path(flag, value)) != null) {
                        throw Fault.invalid(flag + " is given twice");
                    }
                }
            }
        }
        return new CommandLine(action, paths);
    }

    private static Option option(String flag) {
        for (Option option : Option.values()) {
            if (option.flag.equals(flag)) {
                return option;
            }
        }
        List<String> known =
                Arrays.stream(Option.values()).map(o -> o.flag.substring(2)).toList();
        throw Fault.invalid("unknown argument " + flag
                + Spelling.nearest(flag.replaceFirst("^-+", ""), known)
                        .map(near -> "; did you mean --" + near + "?")
                        .orElse("; see windlassd --help"));
    }

    private static String next(String flag, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw Fault.invalid(flag + " needs a path");
        }
        return rest.next();
    }

    private static Path path(String flag, String value) {
        try {
            if (!value.isEmpty()) {
                return Path.of(value).toAbsolutePath().normalize();
            }
        } catch (InvalidPathException e) {
            throw Fault.invalid(flag + ": \"" + value + "\" is no path: " + e.getReason());
        }
        throw Fault.invalid(flag + " needs a path");
    }

    /** Reads the configuration that these arguments ask for. */
    public Config config() {
        Optional<Path> named = path(Option.CONFIG);
        return ConfigFiles.load(named.orElse(DEFAULT_CONFIG), named.isPresent())
                .with(path(Option.ROOT), path(Option.STATE), path(Option.LISTEN), path(Option.NRI_SOCKET));
    }

    private Optional<Path> path(Option option) {
        return Optional.ofNullable(paths.get(option));
    }
}
