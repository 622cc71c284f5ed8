/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.embeddingsearch.server.EmbeddingModel.Embedded;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.Test;

public class EmbeddingPoolTests {

    @Test
    public void testResultsKeepTheOrderOfTheTexts() {
        List<String> texts = IntStream.range(0, 500).mapToObj(i -> "text " + i).toList();
        WordModel model = new WordModel();
        try (EmbeddingPool pool = new EmbeddingPool(4)) {
            List<Embedded> results = pool.embed(model, texts);
            assertEquals(texts.size(), results.size());
            for (int i = 0; i < results.size(); i++) {
                assertArrayEquals(
                        model.embed(texts.get(i)).vector(), results.get(i).vector(), 0);
            }
        }
    }

    @Test
    public void testAtMostWidthTextsAtATimeAndAsManyAsThat() {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch three = new CountDownLatch(3);
        EmbeddingModel model = scripted(text -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            three.countDown();
            await(three);
            running.decrementAndGet();
            return new Embedded(new float[] {1}, 1);
        });
        try (EmbeddingPool pool = new EmbeddingPool(3)) {
            pool.embed(model, Collections.nCopies(60, "text"));
        }
        assertEquals(3, most.get());
    }

    @Test
    public void testSmallRequestDoesNotWaitForTheWholeOfALargeOne() throws Exception {
        Semaphore turns = new Semaphore(0);
        Queue<String> order = new ConcurrentLinkedQueue<>();
        EmbeddingModel model = scripted(text -> {
            order.add(text);
            turns.acquireUninterruptibly();
            return new Embedded(new float[] {1}, 1);
        });
        try (EmbeddingPool pool = new EmbeddingPool(1)) {
            Thread large = Thread.ofPlatform().start(() -> pool.embed(model, Collections.nCopies(100, "large")));
            await(() -> order.size() == 1);
            Thread small = Thread.ofPlatform().start(() -> pool.embed(model, List.of("small")));
            await(() -> small.getState() == Thread.State.WAITING);
            turns.release(2);
            assertTrue("the small request waited for the large one", small.join(Duration.ofSeconds(10)));
            assertEquals(List.of("large", "small"), order.stream().limit(2).toList());
            turns.release(99);
            assertTrue(large.join(Duration.ofSeconds(10)));
        }
    }

    @Test
    public void testOneFailureFailsTheRequestAndLeavesThePoolWorking() {
        WordModel model = new WordModel();
        try (EmbeddingPool pool = new EmbeddingPool(2)) {
            List<String> texts = List.of("a", WordModel.FAILING_TEXT, "b");
            CompletionException e = assertThrows(CompletionException.class, () -> pool.embed(model, texts));
            assertEquals("scripted failure", e.getCause().getMessage());
            assertEquals(1, pool.embed(model, List.of("a")).size());
        }
    }

    private static EmbeddingModel scripted(Function<String, Embedded> embed) {
        return embed::apply;
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the other threads did not come");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }
}
