/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotSame;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.Test;

public class ModelRegistryTests {
    private static final int REQUESTS = 8;
    private static final ServedModel ONE = WordModel.SERVED;
    private static final ServedModel OTHER = new ServedModel("other-model", 8, 512, Pooling.MEAN, "none");

    private final AtomicInteger loads = new AtomicInteger();

    @Test
    public void testConcurrentFirstRequestsShareOneLoad() throws Exception {
        CountDownLatch finish = new CountDownLatch(1);
        ModelRegistry models = registry(model -> {
            await(finish);
            return new WordModel();
        });
        List<EmbeddingModel> loaded = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(REQUESTS)) {
            for (Future<EmbeddingModel> request : requests(models, threads, finish)) {
                loaded.add(request.get());
            }
        }
        assertEquals(1, loads.get());
        loaded.forEach(model -> assertSame(loaded.getFirst(), model));
        assertSame(loaded.getFirst(), models.load(ONE));
        assertEquals(1, loads.get());
    }

    @Test
    public void testConcurrentFirstRequestsShareTheFailureAndTheNextTriesAgain() throws Exception {
        CountDownLatch finish = new CountDownLatch(1);
        ModelRegistry models = registry(model -> {
            await(finish);
            if (loads.get() == 1) {
                throw new IOException("scripted");
            }
            return new WordModel();
        });
        try (ExecutorService threads = Executors.newFixedThreadPool(REQUESTS)) {
            for (Future<EmbeddingModel> request : requests(models, threads, finish)) {
                Throwable failure = assertThrows(Exception.class, request::get).getCause();
                assertEquals(CompletionException.class, failure.getClass());
                assertEquals("scripted", failure.getCause().getMessage());
            }
        }
        assertEquals(1, loads.get());
        assertSame(models.load(ONE), models.load(ONE));
        assertEquals(2, loads.get());
    }

    @Test
    public void testErrorsAreForgottenToo() {
        ModelRegistry models = registry(model -> {
            if (loads.get() == 1) {
                throw new OutOfMemoryError("scripted");
            }
            return new WordModel();
        });
        CompletionException failure = assertThrows(CompletionException.class, () -> models.load(ONE));
        assertEquals("scripted", failure.getCause().getMessage());
        assertSame(models.load(ONE), models.load(ONE));
    }

    @Test
    public void testModelsAreLoadedEachByItself() {
        ModelRegistry models = registry(model -> new WordModel());
        EmbeddingModel one = models.load(ONE);
        assertNotSame(one, models.load(OTHER));
        assertSame(one, models.load(ONE));
        assertEquals(2, loads.get());
    }

    @Test
    public void testUnknownModelIsRefusedWithTheKnownOnes() {
        ModelRegistry models = registry(model -> new WordModel());
        assertSame(OTHER, models.find("other-model"));
        ApiException refused = assertThrows(ApiException.class, () -> models.find("Word-Model"));
        assertEquals(404, refused.status());
        assertEquals(
                "The model [Word-Model] does not exist here: this server has [word-model, other-model].",
                refused.getMessage());
    }

    /** Requests that all wait for the model, which is ready only then. */
    private static List<Future<EmbeddingModel>> requests(
            ModelRegistry models, ExecutorService threads, CountDownLatch finish) {
        List<Thread> waiting = new ArrayList<>();
        List<Future<EmbeddingModel>> requests = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            requests.add(threads.submit(() -> {
                synchronized (waiting) {
                    waiting.add(Thread.currentThread());
                }
                return models.load(ONE);
            }));
        }
        while (!allWait(waiting)) {
            Thread.onSpinWait();
        }
        finish.countDown();
        return requests;
    }

    private static boolean allWait(List<Thread> threads) {
        synchronized (threads) {
            return threads.size() == REQUESTS
                    && threads.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING);
        }
    }

    private ModelRegistry registry(ModelRegistry.Loader loader) {
        return new ModelRegistry(List.of(ONE, OTHER), model -> {
            loads.incrementAndGet();
            return loader.load(model);
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
