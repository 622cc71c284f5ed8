/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.not;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;

import dev.embeddingsearch.quickstart.cluster.Ports;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.Reply;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;

/** What clients are told when the embedding service fails; no document gets in without its vector meanwhile. */
public class ServiceFailuresIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final String INDEX = "failing";
    private static final String DOCUMENT = "{\"title\": \"Curling\", \"body\": \"Stones slide over ice\"}";
    private static final String SEARCH = """
            {"query": {"hybrid_match": {"query": "winter sport", "fields": ["title", "body"], "embedding_field": "meaning" %s}}}
            """;

    private final Http http = NODE.http();
    private final FakeEmbeddingService service = NODE.service();

    @BeforeClass
    public static void createIndex() {
        Articles.create(NODE.http(), INDEX, 1);
    }

    @Before
    public void restore() {
        NODE.restore();
    }

    private void expectRefused(int status, String... words) {
        int before = Articles.count(http, INDEX);
        http.post(INDEX + "/_doc", DOCUMENT).expectError(status, words);
        Answer bulk = http.bulk(INDEX + "/_bulk", "{\"index\": {}}\n" + DOCUMENT + "\n");
        bulk.expect(200).expectItemError(0, status, words);
        http.post(INDEX + "/_search", SEARCH.formatted("")).expectError(status, words);
        assertEquals("documents let in without their vector", before, Articles.count(http, INDEX));
    }

    @Test
    public void testWrongKeyNamesItsSettingAndHidesTheKey() {
        service.script(call -> Reply.error(401, "invalid_api_key", "Incorrect API key provided: sk-abc123."));
        expectRefused(
                400,
                "the service of model [default] at [" + service.url()
                        + "] answered [401] [invalid_api_key]: Incorrect API key provided: [key]; no key was sent: add"
                        + " [embedding.model.default.api_key] to the keystore of node [scripted]");
        Answer refused = http.post(INDEX + "/_doc", DOCUMENT);
        assertThat(refused.body().toString(), not(containsString("abc123")));
    }

    @Test
    public void testUnreachableServiceIsUnavailable() throws Exception {
        String nobody = "http://127.0.0.1:" + Ports.free() + "/v1";
        NODE.settings("default.url", nobody).expect(200);
        NODE.settings("default.max_retries", 0).expect(200);
        expectRefused(503, "the service of model [default] at [" + nobody + "] could not be reached: ");
    }

    @Test
    public void testSilentServiceTimesOut() {
        NODE.settings("default.timeout", "50ms").expect(200);
        NODE.settings("default.max_retries", 0).expect(200);
        service.script(call -> Reply.NEVER);
        expectRefused(503, "did not answer within [50ms] ([embedding.model.default.timeout])");
    }

    @Test
    public void testRefusedRequestIsTheClientsFault() {
        service.script(call -> Reply.error(400, "invalid_request", "no such encoding"));
        expectRefused(400, "answered [400] [invalid_request]: no such encoding");
    }

    @Test
    public void testExhaustedQuotaIsNotRetried() {
        service.script(call -> Reply.error(429, "insufficient_quota", "You exceeded your quota"));
        http.post(INDEX + "/_doc", DOCUMENT)
                .expectError(503, "You exceeded your quota; the account's quota is used up, waiting does not help");
        assertEquals(1, service.calls().size());
    }

    @Test
    public void testBusyServiceIsAskedAgain() {
        AtomicInteger attempts = new AtomicInteger();
        service.script(call -> attempts.incrementAndGet() < 3
                ? Reply.error(429, "rate_limit_exceeded", "slow down")
                : service.vectors(call));
        http.put(INDEX + "/_doc/busy", DOCUMENT).expect(201);
        assertEquals(3, service.calls().size());
        assertEquals(
                Articles.vectorOf("Curling\nStones slide over ice"),
                http.source(INDEX, "busy").get("meaning").asText());
    }

    @Test
    public void testOneRefusedTextDoesNotSinkTheOthers() {
        service.script(call -> call.inputs().stream().anyMatch(text -> text.contains("forbidden"))
                ? Reply.error(400, "content_policy", "an input was refused")
                : service.vectors(call));
        String lines = """
                {"index": {"_id": "a"}}
                {"body": "curling"}
                {"index": {"_id": "b"}}
                {"body": "something forbidden"}
                {"index": {"_id": "c"}}
                {"body": "rowing"}
                {"index": {"_id": "d"}}
                {"body": "chess"}
                """;
        Articles.create(http, "guilty", 1);
        Answer bulk = http.bulk("guilty/_bulk", lines).expect(200);
        bulk.expectItemError(1, 400, "answered [400] [content_policy]: an input was refused");
        assertEquals(List.of(201, 400, 201, 201), statuses(bulk));
        assertEquals(3, Articles.count(http, "guilty"));
        assertEquals(3, Articles.vectors(http, "guilty"));
    }

    @Test
    public void testTextThatFailsTheModelDoesNotSinkTheOthers() {
        NODE.settings("default.max_retries", 1).expect(200);
        service.script(call -> call.inputs().stream().anyMatch(text -> text.contains("poison"))
                ? Reply.error(500, "server_error", "input is too large to process")
                : service.vectors(call));
        Articles.create(http, "poisoned", 1);
        Answer bulk = http.bulk("poisoned/_bulk", """
                {"index": {"_id": "a"}}
                {"body": "curling"}
                {"index": {"_id": "b"}}
                {"body": "some poison"}
                {"index": {"_id": "c"}}
                {"body": "rowing"}
                """).expect(200);
        assertEquals(List.of(201, 400, 201), statuses(bulk));
        bulk.expectItemError(
                1,
                400,
                "answered [500] [server_error]: input is too large to process; it answers for other texts, so this one"
                        + " is the cause");
        for (int i = 0; i < 12; i++) { // more failures than open the breaker
            http.put("poisoned/_doc/b", "{\"body\": \"some poison\"}").expectError(400, "so this one is the cause");
        }
        assertEquals(
                2,
                http.search("poisoned", "{\"query\": {\"embedding\": {\"field\": \"meaning\", \"text\": \"ice\"}}}")
                        .total());
    }

    private static List<Integer> statuses(Answer bulk) {
        return bulk.body().get("items").findValues("status").stream()
                .map(status -> status.asInt())
                .toList();
    }

    @Test
    public void testVectorsOfAnotherLengthAreRefused() {
        service.script(call -> Reply.vectors(List.of(new float[] {1, 2, 3})));
        expectRefused(
                502,
                "sent a reply that cannot be used: expected a vector of [256] dimensions, got [3]: does the service run"
                        + " another model?");
    }

    @Test
    public void testVectorOfZerosIsRefused() {
        service.script(call -> Reply.vectors(List.of(new float[Articles.DIMENSIONS])));
        expectRefused(502, "sent a reply that cannot be used: got a vector of zeros");
    }

    @Test
    public void testVectorWithNaNIsRefused() {
        float[] vector = new float[Articles.DIMENSIONS];
        vector[7] = Float.NaN;
        service.script(call -> Reply.vectors(List.of(vector)));
        expectRefused(502, "sent a reply that cannot be used: got a vector with a value that is no finite number");
    }

    @Test
    public void testTooFewVectorsAreRefused() {
        service.script(call -> Reply.vectors(List.of()));
        expectRefused(502, "sent a reply that cannot be used: expected [1] vectors, got [0]");
    }

    @Test
    public void testReplyThatIsNoJsonIsRefused() {
        service.script(call -> Reply.json(200, "<html>welcome</html>"));
        expectRefused(502, "sent a reply that cannot be used: expected JSON, got something else");
    }

    @Test
    public void testSearchMayGoOnWithItsLexicalLeg() {
        http.put(INDEX + "/_doc/lexical?refresh=true", "{\"title\": \"winter sport\", \"body\": \"lexical leg\"}")
                .expect(201);
        NODE.settings("default.max_retries", 0).expect(200);
        service.script(call -> Reply.error(500, "server_error", "down"));
        Answer found = http.search(INDEX, SEARCH.formatted(", \"on_embedding_failure\": \"lexical\""));
        assertEquals(List.of("lexical"), found.ids());
        assertEquals(
                List.of("the query could not be embedded (status 503): the result is that of its lexical leg alone"),
                found.warnings());
        http.post(INDEX + "/_search", SEARCH.formatted("")).expectError(503, "answered [500] [server_error]: down");
        http.delete(INDEX + "/_doc/lexical?refresh=true").expect(200);
    }

    @Test
    public void testOutageInTheMiddleOfABulkLeavesNoHalfDocuments() {
        NODE.settings("default.max_retries", 0).expect(200);
        NODE.settings("default.max_batch_inputs", 10).expect(200);
        NODE.settings("default.max_in_flight", 1).expect(200);
        AtomicInteger calls = new AtomicInteger();
        service.script(
                call -> calls.incrementAndGet() > 2 ? Reply.error(500, "server_error", "down") : service.vectors(call));
        Articles.create(http, "outage", 1);
        StringBuilder lines = new StringBuilder();
        IntStream.range(0, 50)
                .forEach(i -> lines.append("{\"index\": {\"_id\": \"%d\"}}\n".formatted(i))
                        .append("{\"body\": \"text number %d\"}\n".formatted(i)));
        Answer bulk = http.bulk("outage/_bulk", lines.toString()).expect(200);
        long indexed = statuses(bulk).stream().filter(status -> status == 201).count();
        long refused = statuses(bulk).stream().filter(status -> status == 503).count();
        assertEquals(20, indexed);
        assertEquals(30, refused);
        assertEquals(20, Articles.count(http, "outage"));
        assertEquals(20, Articles.vectors(http, "outage"));
    }
}
