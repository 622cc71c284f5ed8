/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Brings code into its index with the code indexer, run as its users run it. */
final class CodeLoader {

    static final String INDEX = "code";

    private final Rest rest;
    private final Path indexer;

    /** @param indexer the runnable jar */
    CodeLoader(Rest rest, Path indexer) {
        this.rest = rest;
        this.indexer = indexer;
    }

    /**
     * Makes the index hold what the folder holds, and nothing else under the folder's name. What it holds already is not
     * embedded again.
     */
    void load(Path folder, URI openSearch) throws IOException {
        if (!Files.isRegularFile(indexer)) {
            throw new SetupException("There is no code indexer at [%s]: build the project first.".formatted(indexer));
        }
        dropForeignIndex();
        int status = run(command(folder, openSearch));
        if (status != 0) {
            throw new SetupException(
                    "The code indexer ended with status %s; it says above what went wrong.".formatted(status));
        }
    }

    /** The code indexer refuses an index that it did not make, like that of an older quickstart. */
    void dropForeignIndex() {
        JsonNode mapping = rest.send("GET", INDEX + "/_mapping?ignore_unavailable=true", "");
        boolean ours = mapping.at("/code/mappings/properties/path/fields").has("raw");
        if (mapping.has(INDEX) && !ours) {
            rest.send("DELETE", INDEX, "");
        }
    }

    private List<String> command(Path folder, URI openSearch) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                indexer.toString(),
                "index",
                folder.toString(),
                "--url",
                openSearch.toString(),
                "--index",
                INDEX,
                // Answered well within the time that a local model has, on slow machines too.
                "--batch",
                "16",
                "--requests",
                "2");
    }

    /** Its output goes where that of this program goes; it ends with this program. */
    private static int run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "stop the code indexer"));
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new SetupException("Interrupted while the code was indexed.", e);
        }
    }
}
