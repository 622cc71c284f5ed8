/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.faults.Judge;
import dev.embeddingsearch.faults.Texts;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Side;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.opensearch.ExceptionsHelper;
import org.opensearch.core.action.ActionListener;

/** Several threads that embed texts at random, with every answer judged as it comes. */
final class FaultRun {

    static final int DIMENSIONS = 8;

    private static final int THREADS = 4;
    private static final int UNDER_WAY = 32;

    private final Embedder embedder;
    private final Judge judge;
    private final long seed;
    private final int documents;
    private final Semaphore room = new Semaphore(UNDER_WAY);
    private final Queue<Asked> asked = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final AtomicInteger vectors = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();

    /**
     * @param documents how many texts each thread embeds at least, searches not counted
     */
    FaultRun(Embedder embedder, Judge judge, long seed, int documents) {
        this.embedder = embedder;
        this.judge = judge;
        this.seed = seed;
        this.documents = documents;
    }

    /** One request, and how often it was answered. */
    private final class Asked implements ActionListener<List<EmbeddingResult>> {

        private final List<String> texts;
        private final AtomicInteger answers = new AtomicInteger();

        Asked(List<String> texts) {
            this.texts = texts;
        }

        @Override
        public void onResponse(List<EmbeddingResult> results) {
            answered(() -> {
                if (results.size() != texts.size()) {
                    throw new AssertionError("[" + texts.size() + "] texts, but [" + results.size() + "] results");
                }
                for (int i = 0; i < results.size(); i++) {
                    check(texts.get(i), results.get(i));
                }
            });
        }

        @Override
        public void onFailure(Exception e) {
            answered(() -> {
                throw new AssertionError("a request failed as a whole", e);
            });
        }

        private void answered(Runnable check) {
            try {
                if (answers.incrementAndGet() > 1) {
                    throw new AssertionError("a listener was called again");
                }
                check.run();
            } catch (RuntimeException | AssertionError e) {
                errors.add(e);
            } finally {
                room.release();
            }
        }
    }

    private void check(String text, EmbeddingResult result) {
        String sent = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        if (result.failure() == null) {
            judge.vector(sent, result.vector());
            vectors.incrementAndGet();
        } else {
            judge.failure(
                    sent,
                    ExceptionsHelper.status(result.failure()).getStatus(),
                    String.valueOf(result.failure().getMessage()));
            failures.incrementAndGet();
        }
    }

    /** Starts the threads and returns them. */
    List<Thread> start() {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            String name = "caller " + i;
            Thread thread = new Thread(() -> call(name), name);
            thread.setUncaughtExceptionHandler((where, e) -> errors.add(e));
            thread.start();
            threads.add(thread);
        }
        return threads;
    }

    private void call(String name) {
        Random random = new Random(seed ^ name.hashCode());
        Texts texts = new Texts(name, seed);
        for (int done = 0; done < documents; ) {
            boolean search = random.nextInt(10) == 0;
            int size = search ? 1 : 1 + random.nextInt(random.nextInt(20) == 0 ? 400 : 40);
            done += search ? 0 : size;
            embed(search ? Side.QUERY : Side.DOCUMENT, some(texts, size, random));
        }
    }

    private static List<String> some(Texts texts, int size, Random random) {
        List<String> some = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            boolean again = i > 0 && random.nextInt(20) == 0;
            String text = again ? some.get(random.nextInt(i)) : texts.next();
            some.add(random.nextInt(500) == 0 ? text + '\ud83e' : text); // half a pair, now and then
        }
        return some;
    }

    private void embed(Side side, List<String> texts) {
        room.acquireUninterruptibly();
        Asked request = new Asked(texts);
        asked.add(request);
        embedder.embed(new EmbeddingRequest("default", side, InputType.TEXT, DIMENSIONS, texts), request);
    }

    /** Waits until everything is answered, and fails with what was found wrong. */
    void finish(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
        room.acquireUninterruptibly(UNDER_WAY);
        verify();
    }

    /** Fails unless every request so far has its one answer, and every answer was found right. */
    void verify() {
        asked.stream()
                .filter(request -> request.answers.get() != 1)
                .forEach(request ->
                        errors.add(new AssertionError("a request was answered [" + request.answers + "] times")));
        if (!errors.isEmpty()) {
            AssertionError all =
                    new AssertionError("[" + errors.size() + "] errors, seed [" + seed + "]", errors.peek());
            errors.stream().skip(1).limit(5).forEach(all::addSuppressed);
            throw all;
        }
    }

    int vectors() {
        return vectors.get();
    }

    int failures() {
        return failures.get();
    }
}
