/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer;

import dev.embeddingsearch.codeindexer.rest.IndexerException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Indexes source code for the search by meaning and by words, and searches it. */
@Command(
        name = "code-indexer",
        description = "Indexes source code in OpenSearch and searches it by meaning and by words.",
        mixinStandardHelpOptions = true,
        version = "code-indexer 0.2.0",
        subcommands = {IndexCommand.class, SearchCommand.class, TemplateCommand.class, EvaluateCommand.class})
public final class CodeIndexer {

    private CodeIndexer() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new CodeIndexer()).setExecutionExceptionHandler((e, command, parsed) -> {
            boolean said = e instanceof IndexerException || e instanceof IllegalArgumentException;
            command.getErr().println("code-indexer: " + (said ? e.getMessage() : e.toString()));
            return said ? CommandLine.ExitCode.SOFTWARE : unexpected(e, command);
        });
    }

    private static int unexpected(Exception e, CommandLine command) {
        e.printStackTrace(command.getErr());
        return CommandLine.ExitCode.SOFTWARE;
    }
}
