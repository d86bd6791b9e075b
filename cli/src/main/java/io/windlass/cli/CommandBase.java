package io.windlass.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What all commands have: the root's options, and, for those that only group others, the refusal to run alone. */
abstract class CommandBase {
    @ParentCommand
    private Windlass windlass = new Windlass();

    @Spec
    CommandSpec spec = CommandSpec.create();

    final Daemon connect() {
        return windlass.connect();
    }

    /** To what the CRI has no words for. */
    final Daemon connectNode() {
        return windlass.connectNode();
    }

    final Output output() {
        return windlass.output(spec);
    }

    /** A group of commands, which does nothing without one of them. */
    abstract static class Group extends CommandBase implements Runnable {
        @Override
        public void run() {
            throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
        }
    }
}
