/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.EncodingType;
import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.VectorMeter;
import dev.embeddingsearch.embedding.cache.CachingEmbedder;
import dev.embeddingsearch.embedding.cache.DiskCache;
import dev.embeddingsearch.embedding.dispatch.EmbeddingClient;
import dev.embeddingsearch.embedding.dispatch.EmbeddingClientTestCase;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.stats.FailureKind;
import dev.embeddingsearch.stats.ModelSnapshot;
import dev.embeddingsearch.testkit.Call;
import dev.embeddingsearch.testkit.Reply;
import dev.embeddingsearch.testkit.TextVectors;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import okhttp3.Dns;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.common.unit.ByteSizeUnit;
import org.opensearch.core.common.unit.ByteSizeValue;

/** What is counted of calls, with a real client and a scripted service. */
public class CountedCallTests extends EmbeddingClientTestCase {

    private ModelSnapshot counted() {
        return stats.snapshot().models().get("default");
    }

    private long counter(String name) {
        return counted().counters().get(name);
    }

    private void assertFailures(FailureKind kind, long times) {
        assertEquals(
                Map.of(kind.toString(), times),
                counted().failures().entrySet().stream()
                        .filter(failure -> failure.getValue() > 0)
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    /** Vectors, with these words on what they cost. */
    private static Reply costing(Call asked, String usage) {
        List<String> entries = new ArrayList<>();
        for (String text : asked.inputs()) {
            entries.add("{\"index\":" + entries.size() + ",\"embedding\":" + Arrays.toString(TextVectors.of(text, 1536))
                    + "}");
        }
        return Reply.json(200, "{\"data\":[" + String.join(",", entries) + "],\"usage\":" + usage + "}");
    }

    public void testTokensAreThoseTheServiceCounts() {
        service.script(asked -> costing(asked, "{\"prompt_tokens\":7,\"total_tokens\":12345}"));
        embed(client(), "one", "two", "three");
        assertEquals(1, counter("requests"));
        assertEquals(3, counter("inputs"));
        assertEquals(12345, counter("tokens"));
        assertEquals(12345 * .02 / 1e6, counted().spend(), 1e-12);
        assertEquals(0, counter("retries"));
        assertEquals(1, counted().latencies().count());
    }

    public void testOwnCountIsTakenWhereTheServiceDoesNotCount() {
        service.script(asked -> costing(
                asked,
                randomFrom(
                        "null",
                        "{}",
                        "{\"total_tokens\":0}",
                        "3",
                        "[[1],{}]",
                        "{\"total_tokens\":9223372036854775807}")));
        String text = "word ".repeat(4000); // long enough to be counted before it is sent
        embed(client("price_per_million_tokens", "2"), text);
        int tokens = Encodings.newLazyEncodingRegistry()
                .getEncoding(EncodingType.CL100K_BASE)
                .countTokensOrdinary(text);
        assertEquals(tokens, counter("tokens"));
        assertEquals(tokens * 2 / 1e6, counted().spend(), 1e-12);
    }

    public void testShortTextsAreGuessedWhereNobodyCounts() {
        service.script(asked -> costing(asked, "{}"));
        embed(client(), "four by four one");
        assertEquals(4, counter("tokens"));
    }

    public void testEachAttemptIsACallAndAllButTheFirstAreRetries() {
        AtomicInteger attempts = new AtomicInteger();
        service.script(asked -> attempts.incrementAndGet() < 3
                ? Reply.error(429, "rate_limit_exceeded", "slow down")
                : service.vectors(asked));
        embed(client(), "one");
        assertEquals(3, counter("requests"));
        assertEquals(2, counter("retries"));
        assertEquals(1, counter("inputs"));
        assertEquals(1, counted().latencies().count());
        assertFailures(FailureKind.THROTTLED, 2);
    }

    private void assertKind(FailureKind kind, Reply answer) {
        service.script(asked -> answer);
        failure(client("max_retries", "0"), "one");
        assertFailures(kind, 1);
        assertEquals(0, counter("tokens"));
        assertEquals(0, counted().spend(), 0);
    }

    public void testQuota() {
        assertKind(FailureKind.QUOTA, Reply.error(429, "insufficient_quota", "no money"));
    }

    public void testRefused() {
        assertKind(FailureKind.REFUSED, Reply.error(randomFrom(400, 413, 422), "c", "m"));
    }

    public void testAuthentication() {
        assertKind(FailureKind.AUTHENTICATION, Reply.error(randomFrom(401, 403), "c", "m"));
    }

    public void testSettings() {
        assertKind(FailureKind.SETTINGS, Reply.error(randomFrom(404, 301, 405), "c", "m"));
    }

    public void testServerError() {
        assertKind(FailureKind.SERVER_ERROR, Reply.error(randomFrom(502, 503), "c", "m"));
    }

    public void testServiceThatCallsItselfLate() {
        assertKind(FailureKind.TIMEOUT, Reply.error(408, "c", "m"));
    }

    public void testBadReply() {
        String reply = randomFrom("{\"data\":[]}", "no JSON", "{\"error\":{\"message\":\"m\"}}");
        service.script(asked -> Reply.json(200, reply));
        failure(client("max_retries", "0"), "one");
        assertFailures(FailureKind.BAD_REPLY, 2); // to the text, and to a harmless one
    }

    public void testUnreachable() {
        service.close();
        failure(client("max_retries", "0"), "one");
        assertFailures(FailureKind.UNREACHABLE, 1);
    }

    public void testInsideAddressIsAMatterOfSettings() {
        Dns inside = host -> {
            if (host.equals("a.example.org")) {
                return Dns.SYSTEM.lookup("127.0.0.1");
            }
            throw new UnknownHostException(host);
        };
        failure(client((task, delay, executor) -> null, inside, "url", "http://a.example.org:1/v1"), "one");
        assertFailures(FailureKind.SETTINGS, 1);
    }

    public void testSearchThatEndsItsCallIsNotTheServicesFault() throws Exception {
        CountDownLatch answer = service.hold();
        AtomicReference<Runnable> deadline = new AtomicReference<>();
        EmbeddingClient client = client(
                (task, delay, executor) -> {
                    deadline.set(task);
                    return null;
                },
                Dns.SYSTEM);
        PlainActionFuture<List<EmbeddingResult>> found = new PlainActionFuture<>();
        client.embed(new EmbeddingRequest("default", Side.QUERY, InputType.TEXT, 0, List.of("one")), found);
        service.awaitCalls(1);
        deadline.get().run();
        assertNotNull(found.actionGet(TimeValue.timeValueSeconds(60)).getFirst().failure());
        assertBusy(() -> assertFailures(FailureKind.ABANDONED, 1));
        answer.countDown();
    }

    public void testMetersAroundACacheTellWhatItSaves() {
        service.script(asked ->
                costing(asked, "{\"total_tokens\":" + 10 * asked.inputs().size() + "}"));
        EmbeddingClient client = client();
        Models models = models();
        Embedder behind = new VectorMeter(
                client, (model, texts, characters) -> stats.model(model).saved(-texts, -characters));
        Embedder cache = new CachingEmbedder(
                behind,
                models,
                new ByteSizeValue(1, ByteSizeUnit.MB),
                new DiskCache(ByteSizeValue.ZERO, Runnable::run, threadContext),
                threadContext);
        Embedder before = new VectorMeter(
                cache, (model, texts, characters) -> stats.model(model).saved(texts, characters));
        List<List<String>> requests = List.of(List.of("same", "same", "else"), List.of("same"), List.of("", "else"));
        for (List<String> texts : requests) {
            PlainActionFuture<List<EmbeddingResult>> future = new PlainActionFuture<>();
            before.embed(request(0, texts.toArray(String[]::new)), future);
            future.actionGet(TimeValue.timeValueSeconds(60));
        }
        assertEquals(2, counter("inputs"));
        assertEquals(3, counter("saved_texts"));
        assertEquals(30, counter("saved_tokens"));
        assertEquals(20, counter("tokens"));
    }
}
