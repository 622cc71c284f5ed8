/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs programs that end by themselves. */
final class Commands {

    private static final int SHOWN_LINES = 15;

    private Commands() {}

    /** Whether a program of this name is on the path. */
    static boolean isInstalled(String program) {
        String path = System.getenv().getOrDefault("PATH", "");
        return List.of(path.split(File.pathSeparator)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    static int exitCode(List<String> words) {
        try {
            ProcessBuilder builder = new ProcessBuilder(words);
            builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
            return builder.start().waitFor();
        } catch (IOException e) {
            throw new SetupException("Cannot run %s: %s".formatted(words, e.getMessage()), e);
        } catch (InterruptedException e) {
            throw interrupted(words.getFirst(), e);
        }
    }

    /**
     * Runs a command to its end and expects it to succeed.
     *
     * @param purpose what it is for, as the object of "cannot"
     * @param input what it reads; never shown
     */
    static void run(String purpose, List<String> words, Map<String, String> environment, String input) {
        try {
            ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
            builder.environment().putAll(environment);
            Process process = builder.start();
            try (var stdin = process.outputWriter(StandardCharsets.UTF_8)) {
                stdin.write(input);
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new SetupException("Cannot %s. The command said:%n%s"
                        .formatted(purpose, LogTail.of(output.lines().toList(), SHOWN_LINES)));
            }
        } catch (IOException e) {
            throw new SetupException("Cannot %s: %s".formatted(purpose, e.getMessage()), e);
        } catch (InterruptedException e) {
            throw interrupted(purpose, e);
        }
    }

    private static SetupException interrupted(String what, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new SetupException("Interrupted: %s.".formatted(what), cause);
    }
}
