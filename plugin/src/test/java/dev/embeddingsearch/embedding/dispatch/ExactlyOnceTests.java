/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.VectorMeter;
import dev.embeddingsearch.embedding.cache.CachingEmbedder;
import dev.embeddingsearch.embedding.cache.DiskCache;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.testkit.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Dns;
import org.junit.After;
import org.junit.Before;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.breaker.NoopCircuitBreaker;
import org.opensearch.core.common.unit.ByteSizeUnit;
import org.opensearch.core.common.unit.ByteSizeValue;

/** Whatever throws, and wherever: each listener hears once, and no bytes stay reserved. */
public class ExactlyOnceTests extends EmbeddingClientTestCase {

    private final ManualTime time = new ManualTime();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final List<Caller> callers = new ArrayList<>();

    /** Counts its answers, and throws at each, if it is to. */
    private static final class Caller implements ActionListener<List<EmbeddingResult>> {

        private final AtomicInteger answers = new AtomicInteger();
        private final Throwable thrown;
        private final Set<Thread> threads;

        Caller(Throwable thrown, Set<Thread> threads) {
            this.thrown = thrown;
            this.threads = threads;
        }

        @Override
        public void onResponse(List<EmbeddingResult> results) {
            answer();
        }

        @Override
        public void onFailure(Exception e) {
            answer();
        }

        private void answer() {
            threads.add(Thread.currentThread());
            answers.incrementAndGet();
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown != null) {
                throw (RuntimeException) thrown;
            }
        }
    }

    private Thread.UncaughtExceptionHandler before;

    /** What callers throw on threads of the HTTP client ends up here. */
    @Before
    public void expectWhatCallersThrow() {
        before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            if (!"caller".equals(e.getMessage())) {
                before.uncaughtException(thread, e);
            }
        });
    }

    @After
    public void expectNothingAgain() throws Exception {
        threads.remove(Thread.currentThread());
        assertBusy(() -> threads.forEach(thread -> assertTrue(hasReported(thread))));
        Thread.setDefaultUncaughtExceptionHandler(before);
    }

    /** Whether a thread of the HTTP client has ended or is idle in its pool, rather than waiting for a lock on its way there. */
    private static boolean hasReported(Thread thread) {
        return Set.of(Thread.State.TERMINATED, Thread.State.TIMED_WAITING).contains(thread.getState());
    }

    private Caller caller() {
        Caller caller = new Caller(
                switch (randomInt(2)) {
                    case 0 -> null;
                    case 1 -> new IllegalStateException("caller");
                    default -> new AssertionError("caller");
                },
                threads);
        callers.add(caller);
        return caller;
    }

    /** Callers that share calls and texts; some of them throw. */
    private void send(Embedder embedder, int requests) {
        for (int i = 0; i < requests; i++) {
            List<String> texts = randomSubsetOf(randomIntBetween(1, 4), "one", "two", "three", "four", "five");
            Side side = randomFrom(Side.values());
            try {
                embedder.embed(new EmbeddingRequest("default", side, InputType.TEXT, 64, texts), caller());
            } catch (IllegalStateException | AssertionError e) {
                assertEquals("its own", "caller", e.getMessage());
            }
        }
    }

    private void assertAllAnsweredOnce() throws Exception {
        assertBusy(() -> {
            for (Caller caller : callers) {
                assertEquals(1, caller.answers.get());
            }
            assertEquals("bytes stay reserved", 0, budget.bytes());
        });
    }

    private Embedder maybeCached(EmbeddingClient client) {
        return randomBoolean()
                ? client
                : new CachingEmbedder(
                        client,
                        models(),
                        new ByteSizeValue(1, ByteSizeUnit.MB),
                        new DiskCache(ByteSizeValue.ZERO, Runnable::run, threadContext),
                        threadContext);
    }

    public void testCallersThatThrowAtAnyAnswer() throws Exception {
        for (int round = 0; round < 10; round++) {
            CountDownLatch release = service.hold();
            int status = randomFrom(200, 200, 400, 401, 429, 500, 503);
            service.script(
                    asked -> status == 200 || (status == 500 && !asked.inputs().contains("one"))
                            ? service.vectors(asked)
                            : Reply.error(status, "e", "no"));
            EmbeddingClient client = client("max_retries", "1", "linger", "0ms", "breaker_failures", "0");
            Embedder embedder = maybeCached(client);
            send(embedder, 30);
            release.countDown();
            assertAllAnsweredOnce();
            service.script(service::vectors);
            Caller next = new Caller(null, threads);
            embedder.embed(request(64, "one", "two"), next);
            callers.add(next);
            assertAllAnsweredOnce();
            assertBusy(() -> assertEquals(0, client.status().get("default").inFlight()));
        }
    }

    public void testCallersThatThrowWhenTimeIsUpOrAllEnds() throws Exception {
        CountDownLatch release = service.hold();
        EmbeddingClient client = client(time, Dns.SYSTEM, "max_in_flight", "2", "search_timeout", "3s");
        send(maybeCached(client), 30);
        while (randomInt(5) > 0 && time.planned() > 0) {
            try {
                time.runNext();
            } catch (IllegalStateException | AssertionError e) {
                assertEquals("caller", e.getMessage());
            }
        }
        try {
            client.close();
        } catch (IllegalStateException | AssertionError e) {
            assertEquals("caller", e.getMessage());
        }
        release.countDown();
        assertAllAnsweredOnce();
    }

    public void testCallersThatThrowWhenTheyAreTurnedAway() throws Exception {
        budget = new QueueBudget(
                Settings.builder().put("embedding.queue.size", "700b").build(),
                () -> new NoopCircuitBreaker("embedding"));
        send(maybeCached(client("linger", "0ms")), 100);
        assertAllAnsweredOnce();
    }

    public void testSchedulerThatThrows() throws Exception {
        service.script(asked -> Reply.error(503, "e", "busy"));
        EmbeddingClient client = client(
                (task, delay, executor) -> {
                    if (isDeadline(delay)) {
                        return null;
                    }
                    throw new IllegalStateException("no timer");
                },
                Dns.SYSTEM,
                "linger",
                "0ms");
        send(maybeCached(client), 10);
        assertAllAnsweredOnce();
    }

    public void testMeterThatThrows() throws Exception {
        Embedder metered = new VectorMeter(client("linger", "0ms"), (model, texts, characters) -> {
            throw new IllegalStateException("caller");
        });
        send(metered, 10);
        assertAllAnsweredOnce();
    }

    public void testEmbedderThatThrows() throws Exception {
        Embedder broken = (request, listener) -> {
            if (randomBoolean()) {
                listener.onFailure(new IllegalArgumentException("told before"));
            }
            if (randomBoolean()) {
                throw new IllegalStateException("broken");
            }
            throw new AssertionError("caller");
        };
        Embedder cache = new CachingEmbedder(
                broken,
                models(),
                new ByteSizeValue(1, ByteSizeUnit.MB),
                new DiskCache(ByteSizeValue.ZERO, Runnable::run, threadContext),
                threadContext);
        send(cache, 30);
        assertAllAnsweredOnce();
    }
}
