/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.startsWith;

import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.testkit.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import okhttp3.Dns;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.rest.RestStatus;

/** Time passes only when a test says so. */
public class ModelBreakerTests extends EmbeddingClientTestCase {

    private static final TimeValue SOON = TimeValue.timeValueSeconds(30);

    private final ManualTime time = new ManualTime();

    private PlainActionFuture<List<EmbeddingResult>> send(EmbeddingClient client, Side side, String text) {
        PlainActionFuture<List<EmbeddingResult>> future = new PlainActionFuture<>();
        client.embed(new EmbeddingRequest("default", side, InputType.TEXT, 0, List.of(text)), future);
        return future;
    }

    private PlainActionFuture<List<EmbeddingResult>> send(EmbeddingClient client, String text) {
        return send(client, Side.DOCUMENT, text);
    }

    private static EmbeddingException failure(PlainActionFuture<List<EmbeddingResult>> future) {
        EmbeddingException failure =
                (EmbeddingException) future.actionGet(SOON).getFirst().failure();
        assertNotNull("expected a failure", failure);
        assertEquals(RestStatus.SERVICE_UNAVAILABLE, failure.status());
        assertTrue(failure.retryable());
        return failure;
    }

    private void goDown() {
        service.script(asked -> Reply.error(503, "e", "secret words"));
    }

    private EmbeddingClient open(int failures, String... pairs) {
        List<String> all = new ArrayList<>(List.of(pairs));
        all.addAll(List.of("max_retries", "0", "breaker_failures", Integer.toString(failures)));
        EmbeddingClient client = client(time, Dns.SYSTEM, all.toArray(String[]::new));
        goDown();
        for (int i = 0; i < failures; i++) {
            time.advance(100);
            assertThat(failure(send(client, "a")).getMessage(), containsString("answered [503]"));
        }
        return client;
    }

    public void testOpensAfterFailuresInARowAndFailsAtOnce() {
        int failures = randomIntBetween(1, 12);
        EmbeddingClient client = open(failures);
        time.advance(3_000);
        EmbeddingException failure = failure(send(client, randomFrom(Side.values()), "b"));
        assertThat(failure.getMessage(), startsWith("the service of model [default] at [http://127.0.0.1:"));
        TimeValue first = TimeValue.timeValueMillis(3_000 + 100L * (failures - 1));
        assertThat(
                failure.getMessage(),
                containsString(
                        "] is not called for now: [" + failures + "] calls in a row brought no answer, the first ["
                                + first + "] ago; at last it answered [503]; it is tried again in [7s]"));
        assertEquals("not called", failures, service.calls().size());
    }

    public void testAnswerToOneCallClosesIt() throws Exception {
        EmbeddingClient client = open(3, "breaker_pause", "2s");
        time.advance(2_000);
        CountDownLatch release = service.hold();
        service.script(
                call -> randomBoolean() ? service.vectors(call) : Reply.error(randomFrom(400, 401, 429), "e", "no"));
        PlainActionFuture<List<EmbeddingResult>> probe = send(client, "probe");
        service.awaitCalls(4);
        assertThat(failure(send(client, "b")).getMessage(), containsString("it is being tried again"));
        release.countDown();
        probe.actionGet(SOON);
        service.script(service::vectors);
        assertVector("c", 1536, send(client, "c").actionGet(SOON).getFirst());
        assertEquals(
                "three, the one let through and the last", 5, service.calls().size());
    }

    public void testFailureOfThatCallOpensItAgain() {
        EmbeddingClient client = open(2, "breaker_pause", "2s");
        time.advance(2_000);
        assertThat(failure(send(client, "probe")).getMessage(), containsString("answered [503]"));
        assertThat(
                failure(send(client, "b")).getMessage(),
                containsString(
                        "[3] calls in a row brought no answer, the first [2.1s] ago; at last it answered [503]; it is"
                                + " tried again in [2s]"));
        assertEquals(3, service.calls().size());
    }

    public void testOnlyOutagesInARowCount() {
        EmbeddingClient client = client(time, Dns.SYSTEM, "max_retries", "0", "breaker_failures", "2");
        for (int status : new int[] {400, 401, 404, 429, 400, 429}) {
            service.script(asked -> Reply.error(status, "e", "no"));
            assertNotNull(send(client, "a").actionGet(SOON).getFirst().failure());
        }
        for (int i = 0; i < 5; i++) {
            goDown();
            failure(send(client, "a"));
            service.script(service::vectors);
            assertVector("a", 1536, send(client, "a").actionGet(SOON).getFirst());
        }
    }

    public void testNeverOpensAtZero() {
        EmbeddingClient client = client(time, Dns.SYSTEM, "max_retries", "0", "breaker_failures", "0");
        goDown();
        for (int i = 0; i < 30; i++) {
            assertThat(failure(send(client, "a")).getMessage(), containsString("answered [503]"));
        }
        assertEquals(30, service.calls().size());
    }

    public void testDocumentsSentBeforeWaitForTheNextCall() throws Exception {
        EmbeddingClient client =
                client(time, Dns.SYSTEM, "breaker_failures", "1", "breaker_pause", "60s", "ingest_timeout", "0s");
        goDown();
        PlainActionFuture<List<EmbeddingResult>> document = send(client, "document");
        assertBusy(() -> assertTrue("the next attempt is planned", time.planned() > 0));
        assertThat(failure(send(client, Side.QUERY, "q")).getMessage(), containsString("is not called for now"));
        assertFalse(document.isDone());
        service.script(service::vectors);
        time.advance(59_999);
        assertEquals("spared", 1, service.calls().size());
        time.advance(1);
        assertVector("document", 1536, document.actionGet(SOON).getFirst());
        assertVector("next", 1536, send(client, "next").actionGet(SOON).getFirst());
    }

    public void testAllThatWaitsSharesTheFateOfTheNextCall() throws Exception {
        EmbeddingClient client = client(
                time,
                Dns.SYSTEM,
                "breaker_failures",
                "2",
                "breaker_pause",
                "60s",
                "linger",
                "0ms",
                "ingest_timeout",
                "0s");
        CountDownLatch both = new CountDownLatch(2);
        service.script(asked -> {
            both.countDown();
            try {
                assertTrue(both.await(30, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return Reply.error(503, "e", "secret words");
        });
        List<PlainActionFuture<List<EmbeddingResult>>> documents = List.of(send(client, "a"), send(client, "b"));
        assertBusy(() -> assertTrue("both are planned", time.planned() >= 2));
        time.advance(60_000);
        for (PlainActionFuture<List<EmbeddingResult>> document : documents) {
            assertThat(failure(document).getMessage(), containsString("at last it answered [503]"));
        }
        assertEquals("two, and one of them again", 3, service.calls().size());
    }

    public void testSearchThatHadItsTimeCounts() {
        EmbeddingClient client =
                client(time, Dns.SYSTEM, "breaker_failures", "1", "search_timeout", "2s", "breaker_pause", "60s");
        service.script(asked -> Reply.NEVER);
        PlainActionFuture<List<EmbeddingResult>> search = send(client, Side.QUERY, "silence");
        time.advance(2_000);
        assertThat(failure(search).getMessage(), containsString("brought no vector within [2s]"));
        assertBreaker("open", client);
        assertThat(
                failure(send(client, "next")).getMessage(),
                containsString(
                        "; at last it did not answer a search in time ([embedding.model.default.search_timeout]);"));
    }

    private static void assertBreaker(String state, EmbeddingClient client) {
        try {
            assertBusy(() -> assertEquals(0, client.status().get("default").inFlight()));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        assertEquals(state, client.status().get("default").breaker());
    }

    public void testCallThatIsCutShortSaysNothing() throws Exception {
        EmbeddingClient client =
                client(time, Dns.SYSTEM, "breaker_failures", "1", "search_timeout", "2s", "max_in_flight", "1");
        CountDownLatch release = service.hold();
        service.script(asked -> asked.inputs().contains("late") ? Reply.NEVER : service.vectors(asked));
        PlainActionFuture<List<EmbeddingResult>> document = send(client, "document");
        PlainActionFuture<List<EmbeddingResult>> late = send(client, Side.QUERY, "late");
        time.advance(1_500);
        release.countDown();
        assertVector("document", 1536, document.actionGet(SOON).getFirst());
        service.awaitCalls(2); // the search is under way
        time.advance(500);
        assertThat(failure(late).getMessage(), containsString("brought no vector within [2s]"));
        assertBreaker("closed", client);
    }

    public void testCallThatFindsOutAndIsCutShortLeavesItToTheNext() throws Exception {
        EmbeddingClient client = open(1, "breaker_pause", "2s", "ingest_timeout", "1s");
        time.advance(2_000);
        service.script(asked -> Reply.NEVER);
        PlainActionFuture<List<EmbeddingResult>> probe = send(client, "probe");
        service.awaitCalls(2);
        time.advance(1_000);
        assertThat(failure(probe).getMessage(), containsString("brought no vector within [1s]"));
        assertBreaker("half_open", client);
        service.script(service::vectors);
        assertVector("next", 1536, send(client, "next").actionGet(SOON).getFirst());
        assertBreaker("closed", client);
    }

    public void testFailureOfAFormerUrlDoesNotCount() throws Exception {
        EmbeddingClient client = client(
                time,
                Dns.SYSTEM,
                "url",
                "http://localhost:" + service.port() + "/v1",
                "breaker_failures",
                "1",
                "max_retries",
                "0");
        CountDownLatch release = service.hold();
        service.script(call -> Reply.error(503, "e", "moved"));
        PlainActionFuture<List<EmbeddingResult>> former = send(client, "former");
        service.awaitCalls(1);
        service.reset();
        changeUrl("http://127.0.0.1:" + service.port() + "/v1");
        assertVector(
                "next", 1536, send(client, Side.QUERY, "next").actionGet(SOON).getFirst());
        release.countDown();
        assertThat(failure(former).getMessage(), containsString("answered [503]"));
        assertBreaker("closed", client);
    }

    public void testAnotherUrlStartsClosed() {
        EmbeddingClient client = open(1, "url", "http://localhost:" + service.port() + "/v1");
        assertThat(failure(send(client, "b")).getMessage(), containsString("is not called for now"));
        service.script(service::vectors);
        changeUrl("http://127.0.0.1:" + service.port() + "/v1");
        assertVector("c", 1536, send(client, "c").actionGet(SOON).getFirst());
    }
}
