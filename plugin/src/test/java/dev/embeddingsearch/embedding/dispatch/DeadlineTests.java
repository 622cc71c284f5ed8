/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.embedding.cache.CachingEmbedder;
import dev.embeddingsearch.embedding.cache.DiskCache;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.testkit.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Dns;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.unit.ByteSizeUnit;
import org.opensearch.core.common.unit.ByteSizeValue;
import org.opensearch.core.rest.RestStatus;

/** Time passes only when a test says so. */
public class DeadlineTests extends EmbeddingClientTestCase {

    private static final TimeValue SOON = TimeValue.timeValueSeconds(30);

    private final ManualTime time = new ManualTime();

    private EmbeddingClient clientOnTime(String... pairs) {
        return client(time, Dns.SYSTEM, pairs);
    }

    private static EmbeddingRequest search(String text) {
        return new EmbeddingRequest("default", Side.QUERY, InputType.TEXT, 0, List.of(text));
    }

    private void assertLate(String waited, PlainActionFuture<List<EmbeddingResult>> future) {
        EmbeddingException late =
                (EmbeddingException) future.actionGet(SOON).getFirst().failure();
        assertEquals(RestStatus.SERVICE_UNAVAILABLE, late.status());
        assertTrue(late.retryable());
        assertThat(
                late.getMessage(),
                containsString("brought no vector within [" + waited + "] ([embedding.model.default.search_timeout])"));
    }

    public void testSlowServiceEndsTheSearchInTimeAndItsCall() throws Exception {
        CountDownLatch release = service.hold();
        EmbeddingClient client = clientOnTime("search_timeout", "3s", "max_in_flight", "1");
        AtomicInteger told = new AtomicInteger();
        PlainActionFuture<List<EmbeddingResult>> future = new PlainActionFuture<>();
        client.embed(search("a"), ActionListener.runBefore(future, told::incrementAndGet));
        PlainActionFuture<List<EmbeddingResult>> queued = new PlainActionFuture<>();
        client.embed(search("queued"), queued);
        service.awaitCalls(1);
        time.runNext();
        assertEquals(3_000, time.now());
        time.runNext();
        assertEquals(0, time.planned());
        assertLate("3s", future);
        assertLate("3s", queued);

        release.countDown();
        PlainActionFuture<List<EmbeddingResult>> next = new PlainActionFuture<>();
        client.embed(search("next"), next);
        assertVector("next", 1536, next.actionGet(SOON).getFirst());
        assertEquals("told once", 1, told.get());
        assertTrue(
                "nobody waited for what was queued",
                service.calls().stream().noneMatch(call -> call.inputs().contains("queued")));
    }

    public void testPausesBetweenAttemptsAreWithinTheDeadline() throws Exception {
        service.script(call -> Reply.error(503, "e", "busy"));
        PlainActionFuture<List<EmbeddingResult>> future = new PlainActionFuture<>();
        clientOnTime("max_retries", "100", "breaker_failures", "0").embed(search("a"), future);
        service.awaitCalls(1);
        while (!future.isDone()) {
            assertBusy(() -> assertEquals("the deadline and the next attempt", 2, time.planned()));
            time.runNext();
        }
        assertLate("10s", future);
        assertThat(
                future.actionGet(SOON).getFirst().failure().getMessage(),
                containsString("all attempts together; the last one: it answered [503] [e]: busy"));
        assertEquals(10_000, time.now());
        assertThat(service.calls().size(), greaterThan(1));
    }

    public void testCodeOnTheSideOfDocumentsIsASearch() throws Exception {
        CountDownLatch release = service.hold();
        PlainActionFuture<List<EmbeddingResult>> future = new PlainActionFuture<>();
        clientOnTime()
                .embed(
                        new EmbeddingRequest(
                                "default", Side.DOCUMENT, InputType.CODE, 0, List.of("int a;"), Purpose.SEARCH),
                        future);
        service.awaitCalls(1);
        time.runNext();
        assertLate("10s", future);
        release.countDown();
    }

    public void testIngestHasADeadlineOfItsOwn() throws Exception {
        CountDownLatch release = service.hold();
        EmbeddingClient client =
                clientOnTime("search_timeout", "1ms", "ingest_timeout", "2m", "max_in_flight", "1", "linger", "0ms");
        PlainActionFuture<List<EmbeddingResult>> under = new PlainActionFuture<>();
        client.embed(request(0, "a"), under);
        time.advance(1_000);
        PlainActionFuture<List<EmbeddingResult>> queued = new PlainActionFuture<>();
        client.embed(request(0, "b", "c"), queued);
        service.awaitCalls(1);
        time.advance(118_999);
        assertFalse(under.isDone());
        time.advance(1);
        EmbeddingException late =
                (EmbeddingException) under.actionGet(SOON).getFirst().failure();
        assertEquals(RestStatus.SERVICE_UNAVAILABLE, late.status());
        assertThat(
                late.getMessage(),
                containsString("brought no vector within [2m] ([embedding.model.default.ingest_timeout])"));
        assertFalse("a second later", queued.isDone());
        release.countDown();
        assertVector("c", 1536, queued.actionGet(SOON).get(1));
        assertBusy(() -> assertEquals(0, time.planned()));
    }

    public void testIngestWithoutDeadline() throws Exception {
        CountDownLatch release = service.hold();
        PlainActionFuture<List<EmbeddingResult>> future = new PlainActionFuture<>();
        clientOnTime("search_timeout", "1ms", "ingest_timeout", "0s").embed(request(0, "a"), future);
        service.awaitCalls(1);
        assertEquals(0, time.planned());
        release.countDown();
        assertVector("a", 1536, future.actionGet(SOON).getFirst());
    }

    public void testPauseThatTheServiceAsksForHoldsAlsoWhereNobodyTriesAgain() throws Exception {
        service.script(call -> Reply.json(randomFrom(429, 503), "").with("Retry-After", "60"));
        EmbeddingClient client = clientOnTime("max_retries", "0");
        PlainActionFuture<List<EmbeddingResult>> refused = new PlainActionFuture<>();
        client.embed(request(0, "a"), refused);
        assertNotNull(refused.actionGet(SOON).getFirst().failure());
        service.script(service::vectors);
        PlainActionFuture<List<EmbeddingResult>> next = new PlainActionFuture<>();
        client.embed(request(0, "b"), next);
        time.advance(59_999);
        assertEquals("held back", 0, client.status().get("default").inFlight());
        assertEquals(1, client.status().get("default").queuedInputs());
        time.advance(1);
        assertVector("b", 1536, next.actionGet(SOON).getFirst());
    }

    public void testThirtyTwoSearchesOfOneNewTextMakeOneCall() throws Exception {
        CountDownLatch release = service.hold();
        EmbeddingClient client = clientOnTime();
        DiskCache noDisk = new DiskCache(ByteSizeValue.ZERO, Runnable::run, threadContext);
        CachingEmbedder cache =
                new CachingEmbedder(client, models(), new ByteSizeValue(1, ByteSizeUnit.MB), noDisk, threadContext);
        List<PlainActionFuture<List<EmbeddingResult>>> futures = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            futures.add(new PlainActionFuture<>());
            cache.embed(search("new"), futures.getLast());
        }
        service.awaitCalls(1);
        release.countDown();
        for (PlainActionFuture<List<EmbeddingResult>> future : futures) {
            assertVector("new", 1536, future.actionGet(SOON).getFirst());
        }
        assertVector("new", 1536, embed(cache, search("new")));
        assertEquals(1, service.calls().size());
        assertEquals(1, cache.stats().misses());
        assertBusy(() -> assertEquals("an answer stops the timer", 0, time.planned()));
    }

    private static EmbeddingResult embed(Embedder embedder, EmbeddingRequest request) {
        PlainActionFuture<List<EmbeddingResult>> future = new PlainActionFuture<>();
        embedder.embed(request, future);
        return future.actionGet(SOON).getFirst();
    }
}
