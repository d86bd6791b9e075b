package io.windlass.cli;

import io.windlass.node.v1.Credentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Who asks at a registry. A password is never an argument, which others could see. */
final class LoginOptions {
    @Option(names = "--username", paramLabel = "NAME", description = "Who asks at the registry.")
    private String username = "";

    @Option(names = "--password-stdin", description = "Read the password of --username from the standard input.")
    private boolean passwordStdin;

    Optional<Credentials> credentials(CommandLine command) throws IOException {
        if (passwordStdin == username.isEmpty()) {
            throw new ParameterException(command, "--username and --password-stdin need each other");
        }
        if (username.isEmpty()) {
            return Optional.empty();
        }
        String password = new String(System.in.readAllBytes(), StandardCharsets.UTF_8).strip();
        return Optional.of(Credentials.newBuilder()
                .setUsername(username)
                .setPassword(password)
                .build());
    }
}
