/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;

import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.testkit.Call;
import dev.embeddingsearch.testkit.Reply;
import dev.embeddingsearch.testkit.TextVectors;
import java.net.InetAddress;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okhttp3.Dns;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.threadpool.Scheduler;

public class EmbeddingClientFailureTests extends EmbeddingClientTestCase {

    private static final String SECRET_TEXT = "the patient's secret diagnosis";

    public void testStatusesOfAWrongSettingAreNotRetried() {
        assertFinal(
                401,
                "invalid_api_key",
                RestStatus.BAD_REQUEST,
                "[embedding.model.default.api_key] in the keystore of node [n1]");
        assertFinal(403, "forbidden", RestStatus.BAD_REQUEST, "[embedding.model.default.api_key] in the keystore");
        assertFinal(404, "model_not_found", RestStatus.BAD_REQUEST, "[embedding.model.default.id]");
        assertFinal(405, "method", RestStatus.BAD_REQUEST, "answered [405] [method]");
        assertFinal(400, "invalid", RestStatus.BAD_REQUEST, "answered [400] [invalid]: the reason");
        assertFinal(429, "insufficient_quota", RestStatus.SERVICE_UNAVAILABLE, "quota is used up");
    }

    public void testMissingKeyNamesTheNodeThatLacksIt() {
        withKey = false;
        service.script(asked -> Reply.error(401, "no_key", "the reason"));
        assertThat(
                failure(client(), "a").getMessage(),
                containsString("no key was sent: add [embedding.model.default.api_key] to the keystore of node [n1]"));
    }

    private void assertFinal(int status, String code, RestStatus expected, String words) {
        service.forgetCalls();
        service.script(asked -> Reply.error(status, code, "the reason"));
        EmbeddingException failure = failure(client(), SECRET_TEXT);
        assertEquals(expected, failure.status());
        assertFalse(failure.retryable());
        assertThat(failure.getMessage(), allOf(containsString(words), containsString("the reason")));
        assertEquals("not sent again", 1, service.calls().size());
        assertTrue(delays.isEmpty());
    }

    public void testBusyServiceIsAskedAgainUpToMaxRetries() {
        for (int status : new int[] {429, 502, 503, 504, 529}) {
            service.forgetCalls();
            delays.clear();
            service.script(asked -> Reply.error(status, "rate_limit_exceeded", "slow down"));
            EmbeddingException failure = failure(client("max_retries", "3"), "a");
            assertEquals(RestStatus.SERVICE_UNAVAILABLE, failure.status());
            assertTrue(failure.retryable());
            assertThat(
                    failure.getMessage(), containsString("answered [" + status + "] [rate_limit_exceeded]: slow down"));
            assertEquals(4, service.calls().size());
            assertEquals(3, delays.size());
            for (int i = 0; i < 3; i++) {
                assertThat(delays.get(i), lessThanOrEqualTo(Backoff.FIRST_BOUND_MILLIS << i));
            }
        }
    }

    public void testServiceThatRecovers() {
        failFirst(2, asked -> Reply.error(randomFrom(429, 500, 503), "e", "later"));
        assertVector("a", 1536, embed(client(), "a").getFirst());
        assertEquals(3, service.calls().size());
    }

    public void testRetryAfterIsHonoured() {
        assertWaits("Retry-After", "7", 7_000);
        assertWaits("Retry-After", "0.25", 250);
        assertWaits("retry-after-ms", "1234", 1_234);
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(100));
        failFirst(1, asked -> busy("Retry-After", date));
        delays.clear();
        embed(client(), "a");
        assertThat(delays.getFirst(), allOf(greaterThanOrEqualTo(90_000L), lessThan(101_000L)));
    }

    private void assertWaits(String header, String value, long millis) {
        delays.clear();
        failFirst(1, asked -> busy(header, value));
        assertVector("a", 1536, embed(client(), "a").getFirst());
        assertThat(
                delays.getFirst(),
                allOf(greaterThanOrEqualTo(millis), lessThanOrEqualTo(millis + Backoff.FIRST_BOUND_MILLIS)));
    }

    private static Reply busy(String header, String value) {
        return Reply.json(429, "{}").with(header, value);
    }

    public void testRetryAfterHoldsTheOtherCallsOfTheModel() {
        failFirst(1, asked -> busy("Retry-After", "60"));
        embed(client("max_in_flight", "1", "max_batch_inputs", "1"), "a", "b");
        assertThat(
                "both waits", delays.stream().filter(delay -> delay >= 60_000).count(), greaterThanOrEqualTo(1L));
        assertEquals(3, service.calls().size());
    }

    public void testTooLongARetryAfterIsNotWaitedFor() {
        service.script(asked -> busy("Retry-After", "3600"));
        EmbeddingException failure = failure(client(), "a");
        assertTrue(failure.retryable());
        assertThat(failure.getMessage(), containsString("it asks to wait [3600] seconds"));
        assertTrue(delays.isEmpty());
    }

    public void testBrokenConnectionsAreRetried() throws Exception {
        Reply right = Reply.vectors(List.of(TextVectors.of("a", 1536)));
        for (MockResponse.Builder broken : List.of(
                response(right).onResponseBody(new SocketEffect.CloseSocket()),
                response(Reply.json(200, "{\"data\":[{\"index\":0,\"emb"))
                        .removeHeader("Content-Length")
                        .onResponseEnd(new SocketEffect.CloseSocket()))) {
            String url = serve(broken, response(right));
            assertVector("a", 1536, embed(client("url", url), "a").getFirst());
        }
    }

    public void testTimeoutIsRetried() {
        failFirst(1, asked -> Reply.NEVER);
        assertVector("a", 1536, embed(client("timeout", "2s"), "a").getFirst());

        service.script(asked -> Reply.NEVER);
        EmbeddingException failure = failure(client("timeout", "50ms", "max_retries", "1"), "a");
        assertEquals(RestStatus.SERVICE_UNAVAILABLE, failure.status());
        assertTrue(failure.retryable());
        assertThat(failure.getMessage(), containsString("did not answer within [50ms]"));
    }

    public void testUnreachableServer() {
        EmbeddingClient client = client("max_retries", "2");
        service.close();
        EmbeddingException failure = failure(client, "a");
        assertEquals(RestStatus.SERVICE_UNAVAILABLE, failure.status());
        assertTrue(failure.retryable());
        assertThat(failure.getMessage(), containsString("could not be reached"));
        assertEquals(2, delays.size());
    }

    public void testRedirectIsNotFollowed() {
        service.script(asked -> Reply.json(randomFrom(301, 302, 307, 308), "")
                .with("Location", "http://127.0.0.1:" + service.port() + "/elsewhere"));
        EmbeddingException failure = failure(client(), "a");
        assertEquals(RestStatus.BAD_REQUEST, failure.status());
        assertThat(failure.getMessage(), containsString("redirects are not followed"));
        assertEquals(1, service.calls().size());
    }

    public void testNamePointingInsideIsNotCalled() {
        Dns inside = host -> List.of(InetAddress.getLoopbackAddress());
        String url = "http://rebound.example.org:" + service.port() + "/v1";
        EmbeddingException failure = failure(client(this::refuse, inside, "url", url), "a");
        assertEquals(RestStatus.BAD_REQUEST, failure.status());
        assertThat(failure.getMessage(), containsString("host [rebound.example.org] resolves to a private"));
        assertEquals(0, service.calls().size());
    }

    public void testNameOnTheListMayBeInside() {
        Dns inside = host -> List.of(InetAddress.getLoopbackAddress());
        String url = "http://localhost:" + service.port() + "/v1";
        assertVector(
                "a", 1536, embed(client(this::refuse, inside, "url", url), "a").getFirst());
    }

    private Scheduler.ScheduledCancellable refuse(Runnable task, TimeValue delay, String executor) {
        assertTrue("nothing else should be scheduled", isDeadline(delay));
        return null;
    }

    public void testBadRepliesToAnyTextFailTheWholeBatch() {
        String good = "{\"index\":0,\"embedding\":[1,0]},{\"index\":1,\"embedding\":[0,1]}";
        assertBadReply("{\"data\":[" + good + ",{\"index\":2,\"embedding\":[0,1]}]}", "got [1]");
        assertBadReply("not json", "expected JSON");
        assertBadReply("", "expected an object");
        assertBadReply("{\"error\":{\"message\":\"went wrong\",\"code\":\"c\"}}", "with an error [c]");
        assertBadReply("{\"data\":[]}}", "expected JSON");
        service.script(asked -> Reply.json(200, "{\"data\":[" + good + "]}"));
        assertNull(embed(client("id", "mine"), "a", "b").get(1).failure());
    }

    private void assertBadReply(String body, String words) {
        service.script(asked -> Reply.json(200, body));
        for (EmbeddingResult result : embed(client("id", "mine"), "a", "b")) {
            EmbeddingException failure = (EmbeddingException) result.failure();
            assertEquals(RestStatus.BAD_GATEWAY, failure.status());
            assertFalse(failure.retryable());
            assertThat(failure.getMessage(), containsString(words));
        }
    }

    public void testWrongLengthNamesBoth() {
        service.dimensions(768);
        EmbeddingException failure = failure(client(), "a");
        assertThat(failure.getMessage(), containsString("expected a vector of [1536] dimensions, got [768]"));
        assertThat(failure.getMessage(), containsString("model [default]"));
    }

    public void testGuiltyInputsAreFoundAndFailAlone() {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            texts.add("text " + i);
        }
        Set<String> guilty = Set.copyOf(randomSubsetOf(randomIntBetween(1, 6), texts));
        service.script(asked -> asked.inputs().stream().anyMatch(guilty::contains)
                ? Reply.error(randomFrom(400, 413, 422), "invalid", "cannot embed this")
                : service.vectors(asked));
        List<EmbeddingResult> results = embed(client(), texts.toArray(String[]::new));
        for (int i = 0; i < texts.size(); i++) {
            if (guilty.contains(texts.get(i))) {
                EmbeddingException failure = (EmbeddingException) results.get(i).failure();
                assertEquals(RestStatus.BAD_REQUEST, failure.status());
                assertThat(failure.getMessage(), containsString("cannot embed this"));
            } else {
                assertVector(texts.get(i), 1536, results.get(i));
            }
        }
    }

    public void testWrongRequestIsNotHalved() {
        service.script(asked -> Reply.error(400, "invalid", "no such parameter"));
        for (EmbeddingResult result : embed(client(), "one", "two", "three", "four")) {
            assertThat(result.failure().getMessage(), containsString("no such parameter"));
        }
        assertEquals("the batch and one harmless text", 2, service.calls().size());
    }

    public void testNeitherKeyNorTextInMessages() {
        service.script(asked -> Reply.error(
                401, "k", "Incorrect key: " + KEY + " or sk-te*************cdef or sk-other1, for " + SECRET_TEXT));
        String message = failure(client(), SECRET_TEXT).getMessage();
        for (String secret : List.of(KEY, "sk-te", "cdef", "sk-other1", SECRET_TEXT)) {
            assertThat(message, not(containsString(secret)));
        }
        assertThat(message, containsString("Incorrect key: [key] or [key] or [key]"));
        service.script(asked -> Reply.error(400, "k", "x".repeat(10_000)));
        assertThat(failure(client(), "a").getMessage().length(), lessThan(500));
    }

    public void testErrorBodiesOfOtherServers() {
        for (String body : List.of(
                "{\"error\":\"the reason\"}",
                "{\"error\":\"the reason\",\"error_type\":\"Validation\"}",
                "{\"object\":\"error\",\"message\":\"the reason\",\"code\":400}",
                "{\"detail\":\"the reason\"}")) {
            service.script(asked -> Reply.json(400, body));
            assertThat(failure(client(), "a").getMessage(), containsString(": the reason"));
        }
        service.script(asked -> Reply.json(400, "<html>who knows</html>"));
        assertThat(failure(client(), "a").getMessage(), containsString("answered [400]"));
    }

    public void testCloseEndsEverythingUnderWayOnce() throws Exception {
        service.script(asked -> Reply.NEVER);
        EmbeddingClient client = client("max_in_flight", "2", "max_batch_inputs", "1");
        AtomicInteger answers = new AtomicInteger();
        CountDownLatch answered = new CountDownLatch(1);
        client.embed(
                request(0, "a", "b", "c", "d"),
                ActionListener.wrap(
                        results -> {
                            for (EmbeddingResult result : results) {
                                assertThat(result.failure(), instanceOf(EmbeddingException.class));
                                assertThat(result.failure().getMessage(), containsString("shutting down"));
                            }
                            answers.incrementAndGet();
                            answered.countDown();
                        },
                        e -> fail("expected results a text, got " + e)));
        service.awaitCalls(2);
        client.close();
        assertTrue(answered.await(30, TimeUnit.SECONDS));
        assertEquals(1, answers.get());
        assertThat(failure(client, "late").getMessage(), containsString("shutting down"));
    }

    public void testCloseCutsTheReasonOfAStatusOff() throws Exception {
        String url = serve(response(Reply.error(422, "e", "refused")).bodyDelay(5, TimeUnit.MINUTES));
        EmbeddingClient client = client("url", url);
        PlainActionFuture<List<EmbeddingResult>> results = new PlainActionFuture<>();
        client.embed(request(0, "a"), results);
        assertBusy(() -> assertTrue("the body is being read", isRunning("ServiceError")));
        client.close();
        EmbeddingException failure =
                (EmbeddingException) results.actionGet().getFirst().failure();
        assertThat(failure.getMessage(), containsString("shutting down"));
        assertEquals(RestStatus.SERVICE_UNAVAILABLE, failure.status());
    }

    private static boolean isRunning(String type) {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Arrays::stream)
                .anyMatch(frame -> frame.getClassName().endsWith("." + type));
    }

    public void testCloseEndsWhatWaitsForItsNextAttempt() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        List<Runnable> planned = new ArrayList<>();
        service.script(asked -> Reply.error(500, "e", "down"));
        EmbeddingClient client = client(
                (task, delay, executor) -> {
                    if (isDeadline(delay)) {
                        return null;
                    }
                    planned.add(task);
                    waiting.countDown();
                    return null;
                },
                Dns.SYSTEM);
        AtomicInteger answers = new AtomicInteger();
        client.embed(request(0, "a"), ActionListener.wrap(results -> answers.incrementAndGet(), e -> fail()));
        assertTrue(waiting.await(30, TimeUnit.SECONDS));
        assertEquals(0, answers.get());
        client.close();
        assertEquals(1, answers.get());
        planned.getFirst().run();
        assertEquals("the planned attempt finds nothing to do", 1, answers.get());
        assertEquals(1, service.calls().size());
    }

    private void failFirst(int times, Function<Call, Reply> failure) {
        AtomicInteger count = new AtomicInteger();
        service.forgetCalls();
        service.script(asked -> count.incrementAndGet() <= times ? failure.apply(asked) : service.vectors(asked));
    }
}
