/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.cache;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import dev.embeddingsearch.embedding.CacheStats;
import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.testkit.TextVectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.unit.ByteSizeUnit;
import org.opensearch.core.common.unit.ByteSizeValue;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.test.OpenSearchTestCase;

public class CachingEmbedderTests extends OpenSearchTestCase {

    private static final CacheStats.Disk NOTHING = new CacheStats.Disk(0, 0, 0, 0, 0);
    private static final ByteSizeValue ROOM = new ByteSizeValue(1, ByteSizeUnit.MB);

    private final ThreadContext threadContext = new ThreadContext(Settings.EMPTY);
    private final DiskCache noDisk = new DiskCache(ByteSizeValue.ZERO, Runnable::run, threadContext);
    private final List<EmbeddingRequest> asked = Collections.synchronizedList(new ArrayList<>());
    private final List<ActionListener<List<EmbeddingResult>>> waiting = Collections.synchronizedList(new ArrayList<>());

    private static Models models(String... pairs) {
        return new Models(settings(pairs));
    }

    private static Settings settings(String... pairs) {
        Settings.Builder settings =
                Settings.builder().putList("embedding.url_allowlist", "https://a.example.org", "https://b.example.org");
        settings.put("embedding.model.m.url", "https://a.example.org");
        for (int i = 0; i < pairs.length; i += 2) {
            settings.put("embedding.model." + pairs[i], pairs[i + 1]);
        }
        return settings.build();
    }

    private void answer(EmbeddingRequest request, ActionListener<List<EmbeddingResult>> listener) {
        asked.add(request);
        listener.onResponse(request.texts().stream()
                .map(text -> EmbeddingResult.of(vector(text)))
                .toList());
    }

    private void hold(EmbeddingRequest request, ActionListener<List<EmbeddingResult>> listener) {
        asked.add(request);
        waiting.add(listener);
    }

    private static float[] vector(String text) {
        return TextVectors.of(text, 8);
    }

    private CachingEmbedder cache(Embedder next, Models models) {
        return new CachingEmbedder(next, models, ROOM, noDisk, threadContext);
    }

    private static EmbeddingRequest search(String... texts) {
        return new EmbeddingRequest("m", Side.QUERY, InputType.TEXT, 0, List.of(texts));
    }

    private static EmbeddingRequest ingest(String... texts) {
        return new EmbeddingRequest("m", Side.DOCUMENT, InputType.TEXT, 0, List.of(texts));
    }

    private static List<EmbeddingResult> embed(Embedder embedder, EmbeddingRequest request) {
        PlainActionFuture<List<EmbeddingResult>> future = new PlainActionFuture<>();
        embedder.embed(request, future);
        return future.actionGet(TimeValue.timeValueSeconds(30));
    }

    private static void assertVectors(EmbeddingRequest request, List<EmbeddingResult> results) {
        assertEquals(request.texts().size(), results.size());
        for (int i = 0; i < results.size(); i++) {
            assertNull(results.get(i).failure());
            assertArrayEquals(vector(request.texts().get(i)), results.get(i).vector(), 0);
        }
    }

    private List<List<String>> askedTexts() {
        return asked.stream().map(EmbeddingRequest::texts).toList();
    }

    public void testOnlyTheRestIsAskedForAndOrderIsKept() {
        CachingEmbedder cache = cache(this::answer, models());
        assertVectors(ingest("a", "b"), embed(cache, ingest("a", "b")));
        EmbeddingRequest mixed = ingest("c", "b", "d", "c", "a");
        assertVectors(mixed, embed(cache, mixed));
        assertVectors(search("d", "a"), embed(cache, search("d", "a")));
        assertEquals(List.of(List.of("a", "b"), List.of("c", "d")), askedTexts());
        long bytes = 4 * (VectorCache.ENTRY_BYTES + 4 * 8);
        assertEquals(new CacheStats(4, 4, 0, 4, bytes, NOTHING), cache.stats());
    }

    public void testReceiversOwnTheirVectors() {
        CachingEmbedder cache = cache(this::answer, models());
        for (int i = 0; i < 3; i++) {
            List<EmbeddingResult> results = embed(cache, search("a", "a"));
            assertVectors(search("a", "a"), results);
            results.getFirst().vector()[0] = 7;
            assertVectors(search("a"), results.subList(1, 2));
        }
    }

    public void testThirtyTwoSearchesOfOneNewTextAskOnce() {
        CachingEmbedder cache = cache(this::hold, models());
        List<PlainActionFuture<List<EmbeddingResult>>> futures = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            PlainActionFuture<List<EmbeddingResult>> future = new PlainActionFuture<>();
            cache.embed(search("a"), future);
            futures.add(future);
        }
        assertEquals(List.of(List.of("a")), askedTexts());
        waiting.getFirst().onResponse(List.of(EmbeddingResult.of(vector("a"))));
        for (PlainActionFuture<List<EmbeddingResult>> future : futures) {
            List<EmbeddingResult> results = future.actionGet(TimeValue.timeValueSeconds(30));
            assertVectors(search("a"), results);
            results.getFirst().vector()[0] = 7;
        }
        assertEquals(1, cache.stats().misses());
    }

    public void testFailuresReachAllWhoWaitAndAreNotKept() {
        CachingEmbedder cache = cache(this::hold, models());
        PlainActionFuture<List<EmbeddingResult>> first = new PlainActionFuture<>();
        PlainActionFuture<List<EmbeddingResult>> second = new PlainActionFuture<>();
        cache.embed(search("a"), first);
        cache.embed(search("a"), second);
        IllegalStateException reason = new IllegalStateException("away");
        if (randomBoolean()) {
            waiting.getFirst().onFailure(reason);
        } else {
            waiting.getFirst().onResponse(List.of(EmbeddingResult.failed(reason)));
        }
        assertSame(reason, first.actionGet().getFirst().failure());
        assertSame(reason, second.actionGet().getFirst().failure());
        cache.embed(search("a"), new PlainActionFuture<>());
        assertEquals(2, asked.size());
        assertEquals(0, cache.stats().entries());
    }

    /** It may have had no room only because of the others of its request. */
    public void testTextOfARequestThatHadNoRoomIsTriedForEachThatJoined() {
        CachingEmbedder cache = cache(this::hold, models());
        List<PlainActionFuture<List<EmbeddingResult>>> futures = new ArrayList<>();
        for (EmbeddingRequest request :
                List.of(ingest("a", "b", "c"), ingest("a"), ingest("b", "a"), ingest("b"), ingest("a"))) {
            futures.add(new PlainActionFuture<>());
            cache.embed(request, futures.getLast());
        }
        OpenSearchRejectedExecutionException full = new OpenSearchRejectedExecutionException("no room");
        waiting.getFirst().onFailure(full);
        assertEquals(List.of(List.of("a", "b", "c"), List.of("a"), List.of("b")), askedTexts());
        futures.getFirst().actionGet().forEach(result -> assertSame(full, result.failure()));
        waiting.get(1).onFailure(full);
        assertSame(full, futures.get(1).actionGet().getFirst().failure());
        assertEquals("the next who waits for it", List.of("a"), askedTexts().getLast());
        assertFalse(futures.get(2).isDone());
        waiting.get(2).onResponse(List.of(EmbeddingResult.of(vector("b"))));
        waiting.get(3).onResponse(List.of(EmbeddingResult.of(vector("a"))));
        assertVectors(ingest("b", "a"), futures.get(2).actionGet());
        assertVectors(ingest("b"), futures.get(3).actionGet());
        assertVectors(ingest("a"), futures.get(4).actionGet());
        assertVectors(search("a", "b"), embed(cache, search("a", "b")));
        cache.embed(ingest("c"), new PlainActionFuture<>());
        assertEquals("nobody waits for it any more", List.of("c"), askedTexts().getLast());
    }

    public void testThrowingAndMiscountingEmbeddersLeaveNobodyWaiting() {
        Embedder throwing = (request, listener) -> {
            throw new IllegalStateException("broken");
        };
        assertEquals(
                "broken",
                embed(cache(throwing, models()), search("a"))
                        .getFirst()
                        .failure()
                        .getMessage());
        Embedder miscounting = (request, listener) -> listener.onResponse(List.of());
        assertThat(
                embed(cache(miscounting, models()), search("a"))
                        .getFirst()
                        .failure()
                        .getMessage(),
                containsString("expected [1] results, one a text, got [0]"));
    }

    public void testThrowingReceiverKeepsNobodyFromHearing() {
        CachingEmbedder cache = cache(this::hold, models());
        cache.embed(search("a"), new ActionListener<>() {
            @Override
            public void onResponse(List<EmbeddingResult> results) {
                throw new IllegalStateException("receiver");
            }

            @Override
            public void onFailure(Exception e) {
                throw new AssertionError("called twice", e);
            }
        });
        PlainActionFuture<List<EmbeddingResult>> second = new PlainActionFuture<>();
        cache.embed(search("a"), second);
        waiting.getFirst().onResponse(List.of(EmbeddingResult.of(vector("a"))));
        assertVectors(search("a"), second.actionGet());
    }

    public void testSearchAndIngestShareVectorsButDoNotWaitForEachOther() {
        CachingEmbedder cache = cache(this::hold, models());
        cache.embed(ingest("a"), new PlainActionFuture<>());
        cache.embed(search("a"), new PlainActionFuture<>());
        assertEquals(2, asked.size());
        waiting.getFirst().onResponse(List.of(EmbeddingResult.of(vector("a"))));
        assertVectors(search("a"), embed(cache, search("a")));
    }

    public void testZeroSwitchesOff() {
        CachingEmbedder off = new CachingEmbedder(this::answer, models(), ByteSizeValue.ZERO, noDisk, threadContext);
        embed(off, search("a", "a"));
        embed(off, search("a"));
        assertEquals(List.of(List.of("a", "a"), List.of("a")), askedTexts());
        assertEquals(new CacheStats(0, 0, 0, 0, 0, NOTHING), off.stats());
    }

    public void testUnknownModelFailsTheRequest() {
        CachingEmbedder cache = cache(this::answer, models());
        EmbeddingRequest request = new EmbeddingRequest("nope", Side.QUERY, InputType.TEXT, 0, List.of("a"));
        assertThat(
                assertThrows(IllegalArgumentException.class, () -> embed(cache, request))
                        .getMessage(),
                containsString("no model [nope]"));
        assertEquals(List.of(), embed(cache, search()));
    }

    public void testThreadContextOfEachWaiterIsRestored() {
        CachingEmbedder cache = cache(this::hold, models());
        List<String> seen = new ArrayList<>();
        for (String who : List.of("first", "second")) {
            try (ThreadContext.StoredContext ignored = threadContext.stashContext()) {
                threadContext.putHeader("who", who);
                cache.embed(
                        search("a"),
                        ActionListener.wrap(results -> seen.add(threadContext.getHeader("who")), e -> fail()));
            }
        }
        waiting.getFirst().onResponse(List.of(EmbeddingResult.of(vector("a"))));
        assertEquals(List.of("first", "second"), seen);
    }

    public void testChangedSettingsAskAnew() {
        Models models = models();
        CachingEmbedder cache = cache(this::answer, models);
        embed(cache, search("a"));
        for (List<String> change : List.of(
                List.of("m.url", "https://b.example.org"),
                List.of("m.id", "text-embedding-3-large"),
                List.of("m.query_id", "other"),
                List.of("m.query_prefix", "query: "),
                List.of("m.dimensions", "256"),
                List.of("m.max_input_tokens", "100"),
                List.of("m.truncate", "none"),
                List.of("m.provider", "azure"),
                List.of("m.api_version", "2023-05-15"))) {
            asked.clear();
            models.update(settings(change.get(0), change.get(1)));
            embed(cache, search("a"));
            embed(cache, search("a"));
            assertEquals(change.toString(), 1, asked.size());
        }
        asked.clear();
        models.update(settings("m.timeout", "1s"));
        embed(cache, search("a"));
        assertEquals("what does not matter is not in the key", List.of(), asked);
    }

    public void testVectorThatComesAfterAChangeIsNotKept() {
        Models models = models();
        CachingEmbedder cache = cache(this::hold, models);
        PlainActionFuture<List<EmbeddingResult>> before = new PlainActionFuture<>();
        cache.embed(search("a"), before);
        models.update(settings("m.id", "text-embedding-ada-002"));
        models.update(settings());
        cache.embed(search("a"), new PlainActionFuture<>());
        assertEquals("the first may have been sent with the settings between", 2, asked.size());
        waiting.getFirst().onResponse(List.of(EmbeddingResult.of(vector("other"))));
        assertArrayEquals(vector("other"), before.actionGet().getFirst().vector(), 0);
        assertEquals(0, cache.stats().entries());
    }

    public void testManyThreadsFewTextsRandomFailures() throws Exception {
        int texts = randomIntBetween(1, 12);
        AtomicInteger failures = new AtomicInteger();
        Map<String, AtomicInteger> sent = new ConcurrentHashMap<>();
        ExecutorService service = Executors.newFixedThreadPool(4);
        ExecutorService clients = Executors.newFixedThreadPool(8);
        long seed = randomLong();
        Embedder flaky = (request, listener) -> service.execute(() -> {
            asked.add(request);
            Random random = new Random(seed + asked.size());
            if (random.nextInt(10) == 0) {
                failures.addAndGet(request.texts().size());
                listener.onFailure(new IllegalStateException("whole request"));
                return;
            }
            List<EmbeddingResult> results = new ArrayList<>();
            for (String text : request.texts()) {
                sent.computeIfAbsent(text, t -> new AtomicInteger()).incrementAndGet();
                boolean fails = random.nextInt(5) == 0;
                failures.addAndGet(fails ? 1 : 0);
                results.add(
                        fails
                                ? EmbeddingResult.failed(new IllegalStateException("one text"))
                                : EmbeddingResult.of(vector(text)));
            }
            listener.onResponse(results);
        });
        CachingEmbedder cache = cache(flaky, models());
        int requests = 2000;
        CountDownLatch answered = new CountDownLatch(requests);
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        AtomicInteger calls = new AtomicInteger();
        try {
            for (int r = 0; r < requests; r++) {
                Random random = new Random(seed + r);
                clients.execute(() -> {
                    String[] some = random.ints(1 + random.nextInt(4), 0, texts)
                            .mapToObj(n -> "text " + n)
                            .toArray(String[]::new);
                    EmbeddingRequest request = ingest(some);
                    cache.embed(
                            request,
                            ActionListener.wrap(
                                    results -> {
                                        calls.incrementAndGet();
                                        check(request, results, wrong);
                                        answered.countDown();
                                    },
                                    e -> wrong.add(e.toString())));
                });
            }
            assertTrue("all answered", answered.await(60, TimeUnit.SECONDS));
        } finally {
            terminate(clients, service);
        }
        assertEquals(List.of(), List.copyOf(wrong));
        assertEquals("each listener once", requests, calls.get());
        int passedOn =
                asked.stream().mapToInt(request -> request.texts().size()).sum();
        assertEquals(passedOn, cache.stats().misses());
        assertThat(passedOn, lessThanOrEqualTo(texts + failures.get()));
        assertThat(cache.stats().entries(), lessThanOrEqualTo((long) texts));
    }

    /** Notes vectors that are not those of their texts, and spoils all, as receivers may. */
    private static void check(EmbeddingRequest request, List<EmbeddingResult> results, Queue<String> wrong) {
        if (results.size() != request.texts().size()) {
            wrong.add(results.size() + " results of " + request.texts().size());
            return;
        }
        for (int i = 0; i < results.size(); i++) {
            float[] vector = results.get(i).vector();
            if (vector != null) {
                if (!Arrays.equals(vector(request.texts().get(i)), vector)) {
                    wrong.add("not the vector of " + request.texts().get(i));
                }
                vector[0] = 7;
            }
        }
    }
}
