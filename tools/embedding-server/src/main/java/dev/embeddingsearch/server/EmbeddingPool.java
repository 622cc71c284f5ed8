/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import dev.embeddingsearch.server.EmbeddingModel.Embedded;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs the models on a fixed number of threads for all requests. Requests take turns text by text, so a single query
 * does not wait for the two thousand texts of a bulk load that came before it.
 */
final class EmbeddingPool implements AutoCloseable {
    private final int width;
    private final ExecutorService threads;

    EmbeddingPool(int width) {
        this.width = width;
        this.threads = Executors.newFixedThreadPool(
                width, Thread.ofPlatform().name("embed-", 0).daemon().factory());
    }

    /** Embeds all texts, in their order; waits for the last. The first failure is the whole request's failure. */
    List<Embedded> embed(EmbeddingModel model, List<String> texts) {
        Batch batch = new Batch(model, texts);
        for (int i = 0; i < Math.min(width, texts.size()); i++) {
            threads.execute(batch);
        }
        return batch.done.join();
    }

    @Override
    public void close() {
        threads.close();
    }

    /** One request. Each run embeds one text, then queues again behind the other requests. */
    private final class Batch implements Runnable {
        private final EmbeddingModel model;
        private final List<String> texts;
        private final Embedded[] results;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger open;
        private final CompletableFuture<List<Embedded>> done = new CompletableFuture<>();

        Batch(EmbeddingModel model, List<String> texts) {
            this.model = model;
            this.texts = texts;
            this.results = new Embedded[texts.size()];
            this.open = new AtomicInteger(texts.size());
        }

        @Override
        public void run() {
            int index = next.getAndIncrement();
            if (index >= results.length || done.isDone()) {
                return;
            }
            try {
                results[index] = model.embed(texts.get(index));
                if (open.decrementAndGet() == 0) {
                    done.complete(List.of(results));
                } else {
                    threads.execute(this);
                }
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        }
    }
}
