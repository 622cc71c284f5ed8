/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer;

import dev.embeddingsearch.codeindexer.index.CodeIndex;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what an index is made from, for those who want to change it first. */
@Command(
        name = "template",
        description = "Prints the definition of the index, to create it by hand with changes.",
        mixinStandardHelpOptions = true)
final class TemplateCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Option(names = "--model", paramLabel = "NAME", description = "Model in the cluster's settings.")
    private String model = "";

    @Override
    public void run() {
        spec.commandLine().getOut().println(CodeIndex.definition(model).toPrettyString());
    }
}
