/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;

import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.testkit.Call;
import dev.embeddingsearch.testkit.Reply;
import dev.embeddingsearch.testkit.TextVectors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Dns;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.threadpool.TestThreadPool;
import org.opensearch.threadpool.ThreadPool;

public class EmbeddingClientTests extends EmbeddingClientTestCase {

    /** OpenAI's table: document id, query id, dimensions, whether newlines become spaces. */
    private static final List<List<Object>> TABLE = table();

    private static List<List<Object>> table() {
        List<List<Object>> table = new ArrayList<>();
        table.add(List.of("text-embedding-3-small", "text-embedding-3-small", 1536, false));
        table.add(List.of("text-embedding-3-large", "text-embedding-3-large", 3072, false));
        table.add(List.of("text-embedding-ada-002", "text-embedding-ada-002", 1536, false));
        Map<String, Integer> sizes = Map.of("ada", 1024, "babbage", 2048, "curie", 4096, "davinci", 12288);
        sizes.forEach((size, n) -> {
            String similarity = "text-similarity-" + size + "-001";
            table.add(List.of(similarity, similarity, n, true));
            table.add(List.of("text-search-" + size + "-doc-001", "text-search-" + size + "-query-001", n, true));
        });
        table.add(List.of("code-search-ada-code-001", "code-search-ada-text-001", 1024, false));
        table.add(List.of("code-search-babbage-code-001", "code-search-babbage-text-001", 2048, false));
        return table;
    }

    public void testEveryModelOfOpenAisTable() {
        for (List<Object> row : TABLE) {
            String id = (String) row.get(0);
            service.dimensions((int) row.get(2));
            EmbeddingClient client = client("id", id);
            for (Side side : Side.values()) {
                for (InputType type : InputType.values()) {
                    String text = "int a;\nint b;\t" + randomAlphaOfLength(5);
                    String sent = (boolean) row.get(3) && type == InputType.TEXT ? text.replace('\n', ' ') : text;
                    EmbeddingResult result = embed(
                                    client, new EmbeddingRequest("default", side, type, 0, List.of(text)))
                            .getFirst();
                    Call asked = service.calls().getLast();
                    assertEquals(
                            side == Side.DOCUMENT ? id : row.get(1),
                            asked.body().get("model"));
                    assertEquals(id + " " + type, List.of(sent), asked.inputs());
                    assertEquals(
                            Set.of("model", "input", "encoding_format"),
                            asked.body().keySet());
                    assertVector(sent, (int) row.get(2), result);
                }
            }
        }
        assertEquals(13 * 4, service.calls().size());
    }

    public void testRequestOnTheWire() {
        embed(client(), "one", "two");
        Call asked = service.calls().getFirst();
        assertEquals("/v1/embeddings", asked.target());
        assertEquals("Bearer " + KEY, asked.headers().get("Authorization"));
        assertEquals("embedding-search/test", asked.headers().get("User-Agent"));
        assertThat(asked.headers().get("Content-Type"), containsString("application/json"));
        assertEquals("base64", asked.body().get("encoding_format"));
        assertEquals(List.of("one", "two"), asked.inputs());
    }

    public void testNoKeyNoHeader() {
        withKey = false;
        embed(client(), "without");
        assertFalse(service.calls().getLast().headers().containsKey("Authorization"));
        assertFalse(service.calls().getLast().headers().containsKey("api-key"));
    }

    public void testAzure() {
        EmbeddingClient client =
                client("provider", "azure", "id", "my deployment/1", "url", "http://127.0.0.1:" + service.port());
        assertVector("text", 1536, embed(client, "text").getFirst());
        Call asked = service.calls().getFirst();
        assertEquals("/openai/deployments/my%20deployment%2F1/embeddings?api-version=2024-10-21", asked.target());
        assertEquals(KEY, asked.headers().get("api-key"));
        assertFalse(asked.headers().containsKey("Authorization"));
    }

    public void testFloatsAndBase64InShuffledOrder() {
        String[] texts = new String[50];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = "text " + i;
        }
        for (boolean floats : new boolean[] {true, false}) {
            service.script(call -> service.vectors(call.with("encoding_format", floats ? "float" : "base64")));
            List<EmbeddingResult> results = embed(client(), texts);
            for (int i = 0; i < texts.length; i++) {
                assertVector(texts[i], 1536, results.get(i));
            }
        }
    }

    public void testShorterVectorsOnRequest() {
        assertVector("a", 256, embed(client(), request(256, "a")).getFirst());
        assertEquals(256, service.calls().getFirst().body().get("dimensions"));
        assertVector("a", 1536, embed(client(), request(1536, "a")).getFirst());
        assertFalse(service.calls().get(1).body().containsKey("dimensions"));
    }

    public void testShorterVectorsByCuttingWhereTheModelCannot() {
        EmbeddingClient client = client("id", "text-embedding-ada-002", "dimensions", "100");
        float[] cut = embed(client, "a").getFirst().vector();
        assertFalse(service.calls().getFirst().body().containsKey("dimensions"));
        float[] whole = TextVectors.of("a", 1536);
        double squares = 0;
        for (int i = 0; i < 100; i++) {
            squares += whole[i] * whole[i];
        }
        assertEquals(100, cut.length);
        for (int i = 0; i < 100; i++) {
            assertEquals(whole[i] / Math.sqrt(squares), cut[i], 1e-6);
        }
    }

    public void testModelOfUnknownLength() {
        service.dimensions(77);
        assertEquals(77, embed(client("id", "mine"), "a").getFirst().vector().length);
        assertEquals(
                50, embed(client("id", "mine"), request(50, "a")).getFirst().vector().length);
        EmbeddingException failure = failure(client("id", "mine", "dimensions", "78", "send_dimensions", "false"), "a");
        assertThat(failure.getMessage(), containsString("expected a vector of [78] dimensions, got [77]"));
    }

    public void testMoreDimensionsThanTheModelHasFailTheRequest() {
        EmbeddingClient client = client();
        EmbeddingRequest request = request(1537, "a");
        Exception e = assertThrows(IllegalArgumentException.class, () -> embed(client, request));
        assertThat(e.getMessage(), containsString("has [1536] dimensions, [1537] were asked for"));
        assertEquals(0, service.calls().size());
    }

    public void testUnknownModelFailsTheRequest() {
        EmbeddingRequest request = new EmbeddingRequest("nope", Side.QUERY, InputType.TEXT, 0, List.of("a"));
        EmbeddingClient client = client();
        assertThrows(IllegalArgumentException.class, () -> embed(client, request));
    }

    public void testEachDistinctTextOnce() {
        List<EmbeddingResult> results = embed(client(), "a", "b", "a", "a");
        assertEquals(List.of("a", "b"), service.calls().getFirst().inputs());
        assertVector("a", 1536, results.get(0));
        assertVector("b", 1536, results.get(1));
        assertVector("a", 1536, results.get(3));
        assertNotSame(
                "receivers own their arrays",
                results.get(0).vector(),
                results.get(2).vector());
    }

    public void testEmptyTextFailsAlone() {
        List<EmbeddingResult> results = embed(client(), "", "good", " \n\t", "");
        assertVector("good", 1536, results.get(1));
        for (int i : new int[] {0, 2, 3}) {
            assertThat(results.get(i).failure(), instanceOf(IllegalArgumentException.class));
            assertThat(results.get(i).failure().getMessage(), containsString("empty"));
        }
        assertEquals(List.of("good"), service.calls().getFirst().inputs());
        embed(client(), "");
        assertEquals("nothing to send, no call", 1, service.calls().size());
        assertEquals(List.of(), embed(client()));
    }

    public void testPrefixesBySide() {
        service.dimensions(1024);
        EmbeddingClient client = client("id", "intfloat/multilingual-e5-large");
        embed(client, new EmbeddingRequest("default", Side.DOCUMENT, InputType.TEXT, 0, List.of("x")));
        embed(client, new EmbeddingRequest("default", Side.QUERY, InputType.TEXT, 0, List.of("x")));
        assertEquals(List.of("passage: x"), service.calls().get(0).inputs());
        assertEquals(List.of("query: x"), service.calls().get(1).inputs());
    }

    public void testTextTravelsUnharmed() {
        for (String text : List.of(
                "冰壶是一项冬季运动", "カーリングは氷上で行う", "👩‍👩‍👧‍👦 \"quoted\" \\ \u0000 \u2028", "<|endoftext|> is text")) {
            assertVector(text, 1536, embed(client(), text).getFirst());
            assertEquals(List.of(text), service.calls().getLast().inputs());
        }
        assertVector("a ? b", 1536, embed(client(), "a \ud83d b").getFirst());
    }

    public void testTooLongIsCutOrRefused() {
        String text = "one two three four five six";
        embed(client("max_input_tokens", "3"), text);
        assertEquals(List.of("one two three"), service.calls().getLast().inputs());
        List<EmbeddingResult> results =
                embed(client("max_input_tokens", "3", "truncate", "none"), text, "one two three");
        assertVector("one two three", 1536, results.get(1));
        assertThat(
                results.get(0).failure().getMessage(),
                containsString("the text has [6] tokens, model [default] takes at most [3]"));
        assertFalse(results.get(0).failure().getMessage().contains("four"));
    }

    public void testBatchesByTokens() {
        // "one two three" has 3 tokens: 10 of them fill one call of 30 to the border
        String[] texts = new String[25];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = "one two three"
                    .replace(
                            "three",
                            List.of("three", "four", "five", "six", "seven").get(i % 5))
                    .replace(
                            "one",
                            List.of("red", "blue", "green", "white", "black").get(i / 5));
        }
        List<EmbeddingResult> results = embed(client("max_batch_tokens", "30"), texts);
        assertEquals(List.of(5, 10, 10), callSizes());
        for (int i = 0; i < texts.length; i++) {
            assertVector(texts[i], 1536, results.get(i));
        }
        service.forgetCalls();
        embed(client("max_batch_tokens", "29"), texts);
        assertEquals(List.of(7, 9, 9), callSizes());
    }

    public void testBatchesByInputs() {
        EmbeddingClient client = client("max_batch_inputs", "10");
        String[] texts = new String[25];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = "t" + i;
        }
        List<EmbeddingResult> results = embed(client, texts);
        assertEquals(List.of(5, 10, 10), callSizes());
        for (int i = 0; i < texts.length; i++) {
            assertVector(texts[i], 1536, results.get(i));
        }
    }

    private List<Integer> callSizes() {
        List<Integer> sizes = new ArrayList<>();
        service.calls().forEach(call -> sizes.add(call.inputs().size()));
        Collections.sort(sizes);
        return sizes;
    }

    public void testAtMostMaxInFlightAtATime() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch three = new CountDownLatch(3);
        service.script(asked -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            three.countDown();
            try {
                assertTrue("three calls should run at a time", three.await(30, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            } finally {
                running.decrementAndGet();
            }
            return service.vectors(asked);
        });
        String[] texts = new String[40];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = "t" + i;
        }
        List<EmbeddingResult> results = embed(client("max_in_flight", "3", "max_batch_inputs", "1"), texts);
        for (int i = 0; i < texts.length; i++) {
            assertVector(texts[i], 1536, results.get(i));
        }
        assertEquals(3, most.get());
    }

    public void testQueriesGoAheadOfWaitingDocuments() throws Exception {
        CountDownLatch queued = service.hold();
        EmbeddingClient client = client("max_in_flight", "1", "max_batch_inputs", "1");
        PlainActionFuture<List<EmbeddingResult>> documents = new PlainActionFuture<>();
        client.embed(request(0, "d1", "d2", "d3"), documents);
        service.awaitCalls(1);
        PlainActionFuture<List<EmbeddingResult>> query = new PlainActionFuture<>();
        client.embed(new EmbeddingRequest("default", Side.QUERY, InputType.TEXT, 0, List.of("q")), query);
        queued.countDown();
        query.actionGet(TimeValue.timeValueSeconds(30));
        documents.actionGet(TimeValue.timeValueSeconds(30));
        assertEquals(
                List.of("d1", "q", "d2", "d3"),
                service.calls().stream().map(call -> call.inputs().getFirst()).toList());
    }

    public void testPacesRequestsPerMinute() {
        EmbeddingClient client = client("requests_per_minute", "30", "max_batch_inputs", "1", "max_in_flight", "1");
        embed(client, "a", "b", "c", "d");
        assertEquals(4, service.calls().size());
        assertEquals(List.of(2000L, 2000L, 2000L), delays);
    }

    public void testThreadContextOfTheCallerIsRestored() {
        EmbeddingClient client = client();
        PlainActionFuture<String> seen = new PlainActionFuture<>();
        try (ThreadContext.StoredContext ignored = threadContext.stashContext()) {
            threadContext.putHeader("who", "caller");
            client.embed(
                    request(0, "a"),
                    ActionListener.wrap(results -> seen.onResponse(threadContext.getHeader("who")), seen::onFailure));
        }
        assertEquals("caller", seen.actionGet(TimeValue.timeValueSeconds(30)));
    }

    public void testManyRequestsAtOnceOnARealThreadPool() throws Exception {
        ThreadPool threadPool = new TestThreadPool(getTestName());
        AtomicInteger count = new AtomicInteger();
        service.script(
                asked -> count.incrementAndGet() % 3 == 0 ? Reply.error(500, "e", "flaky") : service.vectors(asked));
        try (EmbeddingClient client = client(threadPool, Dns.SYSTEM, "max_batch_inputs", "7", "max_retries", "20")) {
            List<PlainActionFuture<List<EmbeddingResult>>> futures = new ArrayList<>();
            for (int r = 0; r < 20; r++) {
                PlainActionFuture<List<EmbeddingResult>> future = new PlainActionFuture<>();
                client.embed(request(64, texts(r)), future);
                futures.add(future);
            }
            for (int r = 0; r < futures.size(); r++) {
                List<EmbeddingResult> results = futures.get(r).actionGet(TimeValue.timeValueSeconds(60));
                String[] texts = texts(r);
                for (int i = 0; i < texts.length; i++) {
                    assertVector(texts[i], 64, results.get(i));
                }
            }
        } finally {
            ThreadPool.terminate(threadPool, 30, TimeUnit.SECONDS);
        }
    }

    private static String[] texts(int request) {
        String[] texts = new String[10 + request];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = String.format(Locale.ROOT, "request %d text %d", request, i);
        }
        assertEquals(texts.length, new HashSet<>(List.of(texts)).size());
        return texts;
    }
}
