/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that send searches at the same time, each the next one as soon as its last is answered. */
final class Clients implements AutoCloseable {

    private final int count;
    private final ExecutorService threads;

    Clients(int count) {
        this.count = count;
        this.threads = Executors.newFixedThreadPool(count);
    }

    /** Sends all bodies, and returns the seconds until the last was answered. */
    double send(Contender contender, String path, List<String> bodies) {
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            running.add(threads.submit(() -> {
                for (int at = next.getAndIncrement(); at < bodies.size(); at = next.getAndIncrement()) {
                    contender.rest().exchange("POST", path, bodies.get(at));
                }
            }));
        }
        running.forEach(Clients::await);
        return (System.nanoTime() - start) / 1e9;
    }

    private static void await(Future<?> client) {
        try {
            client.get();
        } catch (ExecutionException e) {
            throw new SetupException(
                    "A search of several clients failed: " + e.getCause().getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SetupException("Interrupted during searches.", e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
