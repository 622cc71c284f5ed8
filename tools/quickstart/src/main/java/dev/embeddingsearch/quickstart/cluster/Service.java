/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A program that runs beside this one until it is stopped. It ends with this JVM unless {@link #detach() detached}.
 */
final class Service implements AutoCloseable {

    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);
    private static final int SHOWN_LINES = 25;

    private final String name;
    private final Process process;
    private final Path log;
    private final Thread endWithJvm;

    private Service(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.endWithJvm = new Thread(() -> Processes.stop(process.toHandle(), GRACE), "stop " + name);
    }

    /**
     * Starts a program.
     *
     * @param name what messages call it
     * @param log the file that takes all it prints
     */
    static Service launch(String name, List<String> words, Map<String, String> environment, Path log) {
        ProcessBuilder builder = new ProcessBuilder(inOwnSession(words));
        builder.environment().putAll(environment);
        builder.redirectInput(Redirect.from(new File("/dev/null")));
        builder.redirectErrorStream(true).redirectOutput(Redirect.appendTo(log.toFile()));
        try {
            Service service = new Service(name, builder.start(), log);
            Runtime.getRuntime().addShutdownHook(service.endWithJvm);
            return service;
        } catch (IOException e) {
            throw new SetupException("Cannot start %s: %s".formatted(name, e.getMessage()), e);
        }
    }

    // A session of its own: neither an interrupt at the terminal nor its closing reaches a detached program.
    private static List<String> inOwnSession(List<String> words) {
        if (!Commands.isInstalled("setsid")) {
            return words;
        }
        List<String> command = new ArrayList<>(List.of("setsid"));
        command.addAll(words);
        return command;
    }

    /** Waits until the URL answers 200; fails when the program ends before, or the time is up. */
    void awaitOk(URI url, Duration limit) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(url).timeout(PROBE_TIMEOUT).build();
            boolean ready = Waiting.until(limit, () -> !process.isAlive() || isOk(http, request)) && process.isAlive();
            if (!ready) {
                throw new SetupException(failure(limit));
            }
        }
    }

    private static boolean isOk(HttpClient http, HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SetupException("Interrupted while waiting for [%s].".formatted(request.uri()), e);
        }
    }

    private String failure(Duration limit) {
        String what = process.isAlive()
                ? "%s is not ready after %s seconds".formatted(name, limit.toSeconds())
                : "%s ended while starting (exit code %s)".formatted(name, process.exitValue());
        return "%s. The end of its log [%s]:%n%s".formatted(what, log, LogTail.of(log, SHOWN_LINES));
    }

    boolean isRunning() {
        return Processes.isRunning(process.toHandle());
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** Lets the program outlive this JVM. */
    void detach() {
        Runtime.getRuntime().removeShutdownHook(endWithJvm);
    }

    /** Ends the program at once, as a crash would. */
    void kill() {
        forget();
        Processes.kill(process.toHandle());
    }

    /** Asks the program to end, waits for it, and ends it if it does not. */
    @Override
    public void close() {
        forget();
        Processes.stop(process.toHandle(), GRACE);
    }

    private void forget() {
        try {
            Runtime.getRuntime().removeShutdownHook(endWithJvm);
        } catch (IllegalStateException jvmIsEnding) {
            // The hook stops the program, too: doing it twice is harmless.
        }
    }
}
