/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import static org.hamcrest.Matchers.greaterThanOrEqualTo;

import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.dispatch.EmbeddingClient;
import dev.embeddingsearch.embedding.dispatch.EmbeddingClientTestCase;
import dev.embeddingsearch.embedding.dispatch.ManualTime;
import dev.embeddingsearch.testkit.Reply;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.Dns;
import okhttp3.Headers;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.unit.TimeValue;

public class RateLimitHeadersTests extends EmbeddingClientTestCase {

    private static void assertMillis(long expected, String text) {
        assertEquals(text, TimeUnit.MILLISECONDS.toNanos(expected), RateLimitHeaders.nanos(text));
    }

    public void testTimes() {
        assertMillis(1_000, "1s");
        assertMillis(20, "20ms");
        assertMillis(60_000, "1m0s");
        assertMillis(8_640, "8.64s");
        assertMillis(7_000, "7");
        assertMillis(250, "0.25");
        assertMillis(0, "0s");
        assertMillis(61_005, "1m1s5ms");
    }

    public void testLongTimesAreCut() {
        for (String text : List.of("6m0s", "1h2m3s", "3d", "999999999999h", "301")) {
            assertMillis(FailureMapper.MAX_WAIT_MILLIS, text);
        }
    }

    public void testWhatNobodyUnderstandsIsUnknown() {
        for (String text :
                List.of("", "s", "-1s", "-1", "1 s", "1x", "1s1", "soon", "1e9", "NaN", "1.s", "1".repeat(99))) {
            assertEquals(text, RateLimitHeaders.UNKNOWN, RateLimitHeaders.nanos(text));
            assertFalse(text, limit("1", text).requests().known());
        }
        for (String count : List.of("", "-1", "1.5", "many", "9".repeat(30))) {
            assertFalse(count, limit(count, "1s").requests().known());
        }
        assertEquals(
                RateLimitHeaders.Left.UNKNOWN, RateLimitHeaders.of(Headers.of()).tokens());
        assertEquals(RateLimitHeaders.UNKNOWN, RateLimitHeaders.of(Headers.of()).limitTokens());
    }

    private static RateLimitHeaders limit(String remaining, String reset) {
        return RateLimitHeaders.of(
                Headers.of("x-ratelimit-remaining-requests", remaining, "x-ratelimit-reset-requests", reset));
    }

    public void testAllHeaders() {
        RateLimitHeaders limit = RateLimitHeaders.of(Headers.of(
                "X-RateLimit-Limit-Tokens",
                "150000",
                "x-ratelimit-remaining-requests",
                " 59 ",
                "x-ratelimit-remaining-tokens",
                "149984",
                "x-ratelimit-reset-requests",
                "1s",
                "x-ratelimit-reset-tokens",
                "6ms"));
        assertEquals(
                new RateLimitHeaders(
                        new RateLimitHeaders.Left(59, TimeUnit.SECONDS.toNanos(1)),
                        new RateLimitHeaders.Left(149_984, TimeUnit.MILLISECONDS.toNanos(6)),
                        150_000),
                limit);
    }

    /** Both a reply and a 429 say when to go on; the next call goes no earlier and no later. */
    public void testNextCallWaitsForTheReset() {
        for (boolean refused : new boolean[] {false, true}) {
            ManualTime time = new ManualTime();
            service.forgetCalls();
            service.script(asked -> (refused ? Reply.error(429, "rate_limit_exceeded", "slow") : service.vectors(asked))
                    .with("x-ratelimit-remaining-requests", "0")
                    .with("x-ratelimit-reset-requests", "2m3s"));
            EmbeddingClient client = client(time, Dns.SYSTEM, "max_retries", "0");
            embed(client, "a");
            service.script(service::vectors);
            PlainActionFuture<List<EmbeddingResult>> next = new PlainActionFuture<>();
            client.embed(request(0, "b"), next);
            time.advance(122_999);
            assertEquals(1, service.calls().size());
            time.advance(1);
            assertVector(
                    "b", 1536, next.actionGet(TimeValue.timeValueSeconds(30)).getFirst());
        }
    }

    public void testCallsAreNoLargerThanTheServicesLimit() {
        service.script(asked -> service.vectors(asked).with("x-ratelimit-limit-tokens", "6"));
        EmbeddingClient client = client();
        embed(client, "first");
        embed(client, "one two three", "two three four", "three four five", "four five six");
        assertEquals(3, service.calls().size());
        assertThat(service.calls().get(1).inputs().size(), greaterThanOrEqualTo(2));
    }
}
