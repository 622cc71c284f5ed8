/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The runnable jar, started as a user would. */
final class ServerProcess implements AutoCloseable {
    private final Process process;
    private final Path errors;

    ServerProcess(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("server.jar")));
        command.addAll(List.of(args));
        errors = Files.createTempFile("server", ".err");
        process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    }

    /** Waits for the line that says where the server listens; null when the process ends without it. */
    String firstLine() throws IOException {
        BufferedReader out = process.inputReader();
        return out.readLine();
    }

    /** Waits for the process to end. */
    int exitStatus() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the process does not end");
        }
        return process.exitValue();
    }

    String errors() throws IOException {
        return Files.readString(errors);
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        Files.delete(errors);
    }
}
