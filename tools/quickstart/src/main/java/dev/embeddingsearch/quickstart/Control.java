/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import dev.embeddingsearch.quickstart.cluster.Account;
import dev.embeddingsearch.quickstart.cluster.DiskSpace;
import dev.embeddingsearch.quickstart.cluster.LocalServer;
import dev.embeddingsearch.quickstart.cluster.Ports;
import dev.embeddingsearch.quickstart.cluster.ProcessRecord;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What needs no build: checks before a start, stop, status, clean. */
final class Control {

    private static final Duration GRACE = Duration.ofSeconds(30);

    private final RunFolder run;
    private final PrintStream out;

    Control(RunFolder run, PrintStream out) {
        this.run = run;
        this.out = out;
    }

    /** Does what the arguments say, in the project of the working folder; for {@code start} it only checks. */
    public static void main(String[] arguments) {
        try {
            new Control(new RunFolder(Path.of("")), System.out).run(Options.parse(arguments, System.getenv()));
        } catch (SetupException e) {
            System.err.println("quickstart: " + e.getMessage());
            System.exit(1);
        } catch (IOException e) {
            System.err.println("quickstart: cannot read or write: " + e.getMessage());
            System.exit(1);
        }
    }

    void run(Options options) throws IOException {
        switch (options.command()) {
            case "stop" -> stop();
            case "status" -> status();
            case "clean" -> clean();
            case "help" -> out.println(Options.USAGE);
            default -> check(options);
        }
    }

    /** Refuses a start that could not succeed, before the caller has waited for a build. */
    void check(Options options) throws IOException {
        Optional<ProcessRecord> up = run.anyRunning();
        if (up.isPresent()) {
            throw new SetupException("The quickstart is up already, at %s (process %s). `./quickstart stop` ends it."
                    .formatted(up.get().url(), up.get().pid()));
        }
        model(options);
        Ports.requireFree(options.port(), "OpenSearch", "--port");
        Ports.requireFree(options.serverPort(), "The embedding server", "--server-port");
        DiskSpace.require(run.create(), DiskSpace.FOR_ONE_CLUSTER);
        Account.current().requireJdk(Path.of(System.getProperty("java.home")));
    }

    /** The model to start with. Vectors of two models cannot be compared, so data that are there decide. */
    String model(Options options) throws IOException {
        Optional<String> earlier = run.model();
        String model = options.model().or(() -> earlier).orElse(LocalServer.MODELS.getFirst());
        if (earlier.isPresent() && !earlier.get().equals(model)) {
            throw new SetupException(
                    "The quickstart's data are embedded by [%1$s], and their vectors mean nothing to [%2$s]: run"
                                    .formatted(earlier.get(), model)
                            + " `./quickstart clean` first, which deletes them, or start with --model %s."
                                    .formatted(earlier.get()));
        }
        return model;
    }

    /** Ends exactly the processes that a start recorded. */
    void stop() throws IOException {
        boolean any = end("OpenSearch", run.openSearch());
        any |= end("the embedding server", run.server());
        if (!any) {
            out.println("Nothing that ./quickstart started is running.");
        }
    }

    private boolean end(String name, Path pidFile) throws IOException {
        Optional<ProcessRecord> running = run.running(pidFile);
        if (running.isPresent()) {
            running.get().stop(GRACE);
            out.printf("Stopped %s (process %s).%n", name, running.get().pid());
        }
        Files.deleteIfExists(pidFile);
        return running.isPresent();
    }

    void status() throws IOException {
        print("OpenSearch", run.openSearch());
        print("Embedding server", run.server());
    }

    private void print(String name, Path pidFile) throws IOException {
        String state = run.running(pidFile)
                .map(running -> "up at %s (process %s)".formatted(running.url(), running.pid()))
                .orElse("not running");
        out.printf("%s: %s%n", name, state);
    }

    /** Deletes the run folder, which must not be in use. */
    void clean() throws IOException {
        if (run.anyRunning().isPresent()) {
            throw new SetupException("The quickstart is up and uses its folder: run `./quickstart stop` first.");
        }
        boolean existed = run.exists();
        run.delete();
        out.println(existed ? "Deleted the run folder." : "There is no run folder.");
    }
}
