/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.dispatch.EmbeddingClient;
import dev.embeddingsearch.embedding.dispatch.QueueBudget;
import dev.embeddingsearch.embedding.http.CertificateAuthorities;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.stats.EmbeddingStats;
import dev.embeddingsearch.testkit.Base64Vector;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.Reply;
import dev.embeddingsearch.testkit.TextVectors;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.breaker.NoopCircuitBreaker;
import org.opensearch.threadpool.ThreadPool;

/**
 * Embeds many documents through the client against a service that takes its time, handed in singly and in bulks, and
 * prints how many requests that took, beside the fewest that the limits allow.
 */
public final class PackingMeasurement {

    private static final int TOKENS = 100;
    private static final int BULK = 100;
    private static final int MAX_INPUTS = 2048;
    private static final int MAX_TOKENS = 300_000;

    private final FakeEmbeddingService service;
    private final Embedder embedder;
    private final List<String> texts;
    private final int waiting;

    private PackingMeasurement(FakeEmbeddingService service, Embedder embedder, List<String> texts, int waiting) {
        this.service = service;
        this.embedder = embedder;
        this.texts = texts;
        this.waiting = waiting;
    }

    /** Takes documents (10,000), milliseconds until an answer (50) and most documents that wait at a time (all). */
    public static void main(String[] args) throws IOException, InterruptedException {
        int documents = number(args, 0, 10_000);
        int latency = number(args, 1, 50);
        ThreadPool threads = new ThreadPool(
                Settings.builder().put("node.name", "measurement").build());
        try (FakeEmbeddingService service = paced(Duration.ofMillis(latency));
                EmbeddingClient client = new EmbeddingClient(
                        new Models(settings(service)),
                        CertificateAuthorities.OF_JDK,
                        new QueueBudget(Settings.EMPTY, () -> new NoopCircuitBreaker(QueueBudget.BREAKER)),
                        new EmbeddingClient.Node(threads, "measurement", new EmbeddingStats()))) {
            List<String> texts = texts(documents);
            new PackingMeasurement(service, client, texts.subList(0, Math.min(texts.size(), BULK)), documents)
                    .embed("default", 1); // classes and connections
            PackingMeasurement measurement = new PackingMeasurement(service, client, texts, number(args, 2, documents));
            PrintStream out = System.out;
            out.println("| handed in | requests | fewest possible | seconds | seconds of the fewest | ratio |");
            out.println("|---|---|---|---|---|---|");
            out.println(measurement.row("one document a request", "unpacked", 1, latency));
            out.println(measurement.row("documents one by one", "default", 1, latency));
            out.println(measurement.row("bulks of " + BULK, "default", BULK, latency));
            out.println(measurement.row("all at once", "default", documents, latency));
        } finally {
            ThreadPool.terminate(threads, 10, TimeUnit.SECONDS);
        }
    }

    /** A service that replies to each call after the same time, with the same vector for all texts. */
    private static FakeEmbeddingService paced(Duration latency) throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true"); // else TCP adds 40 ms to most replies
        FakeEmbeddingService service = new FakeEmbeddingService();
        String vector = Base64Vector.of(TextVectors.of("any", 1536));
        service.script(
                call -> Reply.embeddings(Collections.nCopies(call.inputs().size(), vector))
                        .after(latency));
        return service;
    }

    private static int number(String[] args, int position, int otherwise) {
        return args.length > position ? Integer.parseInt(args[position]) : otherwise;
    }

    private static Settings settings(FakeEmbeddingService service) {
        return Settings.builder()
                .putList("embedding.url_allowlist", "http://127.0.0.1:*")
                .put("embedding.model.default.url", service.url())
                .put("embedding.model.unpacked.url", service.url())
                .put("embedding.model.unpacked.max_batch_inputs", 1)
                .build();
    }

    private static List<String> texts(int documents) {
        Encoding encoding = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.CL100K_BASE);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < documents; i++) {
            String start = "document " + i;
            String text = start + " ice".repeat(TOKENS - encoding.countTokensOrdinary(start));
            if (encoding.countTokensOrdinary(text) != TOKENS) {
                throw new IllegalStateException("expected [" + TOKENS + "] tokens in each text");
            }
            texts.add(text);
        }
        return texts;
    }

    private String row(String name, String model, int size, int latency) throws InterruptedException {
        service.forgetCalls();
        long start = System.nanoTime();
        embed(model, size);
        double seconds = (System.nanoTime() - start) / 1e9;
        int sent = service.inputs().size();
        if (sent != texts.size()) {
            throw new IllegalStateException("expected [" + texts.size() + "] texts to be sent, not " + sent);
        }
        int requests = service.calls().size();
        int fewest = Math.max(divide(texts.size(), MAX_INPUTS), divide(texts.size() * TOKENS, MAX_TOKENS));
        // Eight at a time, as max_in_flight is by default.
        double best = divide(fewest, 8) * latency / 1e3;
        return String.format(
                Locale.ROOT,
                "| %s | %,d | %d | %.2f | %.2f | %.1f |",
                name,
                requests,
                fewest,
                seconds,
                best,
                (double) requests / fewest);
    }

    private static int divide(int amount, int by) {
        return (amount + by - 1) / by;
    }

    /** Hands in all texts, so many at a time, from this thread, which waits only while too many wait. */
    private void embed(String model, int size) throws InterruptedException {
        Semaphore room = new Semaphore(Math.max(size, waiting));
        AtomicReference<Exception> failure = new AtomicReference<>();
        for (int from = 0; from < texts.size(); from += size) {
            List<String> some = texts.subList(from, Math.min(texts.size(), from + size));
            room.acquire(some.size());
            EmbeddingRequest request = new EmbeddingRequest(model, Side.DOCUMENT, InputType.TEXT, 0, some);
            embedder.embed(
                    request,
                    ActionListener.runAfter(
                            ActionListener.wrap(results -> note(results, failure), failure::set),
                            () -> room.release(some.size())));
        }
        room.acquire(Math.max(size, waiting));
        if (failure.get() != null) {
            throw new IllegalStateException("a text was not embedded", failure.get());
        }
    }

    private static void note(List<EmbeddingResult> results, AtomicReference<Exception> failure) {
        Optional<Exception> first = results.stream()
                .map(EmbeddingResult::failure)
                .filter(found -> found != null)
                .findFirst();
        first.ifPresent(failure::set);
    }
}
