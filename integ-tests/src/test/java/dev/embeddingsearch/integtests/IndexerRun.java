/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A run of the code indexer's jar.
 *
 * @param output both of its streams
 */
record IndexerRun(int status, String output) {

    private static final int PATIENCE_MINUTES = 3;

    static IndexerRun of(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-jar",
                System.getProperty("indexer.jar")));
        command.addAll(List.of(arguments));
        try {
            Path output = Files.createTempFile("code-indexer", ".log");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                assertTrue("the indexer goes on", process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES));
            } finally {
                process.destroyForcibly();
            }
            String words = Files.readString(output, StandardCharsets.UTF_8);
            Files.delete(output);
            return new IndexerRun(process.exitValue(), words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Fails, showing the output, unless it ended with this status. */
    IndexerRun expect(int expected) {
        assertEquals(output, expected, status);
        return this;
    }
}
