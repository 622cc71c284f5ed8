/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.not;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.quickstart.cluster.NodeSettings;
import dev.embeddingsearch.testkit.Base64Vector;
import dev.embeddingsearch.testkit.Call;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.Reply;
import dev.embeddingsearch.testkit.TextVectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Test;

/** What {@code /_plugins/_embedding} answers, in a cluster of two nodes of which one has a key. */
public class RestIT {

    private static final String KEY = "sk-test-7c1e5a90bd";
    private static final String STATS = "_plugins/_embedding/stats";
    private static final String MODELS = "_plugins/_embedding/models";
    private static final String EMBED = "_plugins/_embedding/embed";
    private static final String ESTIMATE = "_plugins/_embedding/estimate";
    private static final String COUNTED = "counted";

    private static final List<Node> NODES = new ArrayList<>();
    private static FakeEmbeddingService service;
    private static Http first;
    private static Http second;

    @BeforeClass
    public static void start() throws IOException {
        service = new FakeEmbeddingService(TextVectors::ofWords);
        for (NodeSettings settings : ShortLived.cluster(List.of("first", "second"))) {
            NODES.add(Distributions.withPlugin()
                    .node(settings.with("cluster.initial_cluster_manager_nodes", List.of("first"))
                            .with("embedding.url_allowlist", List.of("http://127.0.0.1:*"))
                            .with("embedding.model.default.url", service.url())
                            .with("embedding.model.counted.url", service.url())
                            .with("embedding.model.counted.max_retries", 1)));
        }
        NODES.getFirst().secret("embedding.model.default.api_key", KEY);
        for (Node node : NODES) {
            node.start();
        }
        first = new Http(NODES.get(0).uri());
        second = new Http(NODES.get(1).uri());
        Answer health =
                first.get("_cluster/health?wait_for_nodes=2&timeout=60s").expect(200);
        assertEquals(2, health.at("/number_of_nodes").asInt());
    }

    @AfterClass
    public static void stop() {
        first.close();
        second.close();
        NODES.forEach(Node::close);
        service.close();
    }

    @Before
    public void restore() {
        service.reset();
    }

    private static JsonNode node(Answer answer, String name) {
        for (JsonNode node : answer.at("/nodes")) {
            if (node.get("name").asText().equals(name)) {
                return node;
            }
        }
        throw new AssertionError("no node [" + name + "] in " + answer.body());
    }

    private static void index(String id, String text, int status) {
        first.put(COUNTED + "/_doc/" + id + "?refresh=true", "{\"text\": \"" + text + "\"}")
                .expect(status);
    }

    private static Answer search(String text) {
        return second.search(COUNTED, """
                {"query": {"hybrid_match": {"query": "%s", "fields": ["text"], "embedding_field": "meaning",
                    "on_embedding_failure": "lexical"}}}
                """.formatted(text));
    }

    @Test
    public void testCountersOfBothNodesAndTheirSum() {
        first.put(COUNTED, """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 1}, "mappings": {"properties": {
                    "text": {"type": "text"},
                    "meaning": {"type": "embedding", "model": "counted", "dimensions": 8, "source_fields": ["text"]}}}}
                """).expect(200);
        index("1", "xylophone", 201);
        index("1", "xylophone", 200);
        assertEquals(1, search("accordion").total());
        assertEquals(1, search("accordion").total());
        service.script(call -> Reply.error(429, "rate_limit_exceeded", "slow down"));
        assertEquals(1, search("xylophone").warnings().size());
        service.script(call -> Reply.error(400, "invalid", "not this text"));
        index("2", "bagpipe", 400);

        Answer stats = second.get(STATS).expect(200);
        assertEquals(2, stats.at("/_nodes/successful").asInt());
        JsonNode total = stats.at("/total");
        assertModel(total.at("/models/counted"), 5, 1, 2, 2);
        assertEquals(2, total.at("/models/counted/failures/throttled").asInt());
        assertEquals(1, total.at("/models/counted/failures/refused").asInt());
        assertEquals(2 * .02 / 1e6, total.at("/models/counted/spend_usd").asDouble(), 1e-12);
        assertEquals(1, total.at("/models/counted/saved_texts").asInt());
        assertTrue(total.at("/models/counted/latency_ms/max").asLong()
                >= total.at("/models/counted/latency_ms/p50").asLong());
        assertEquals("""
                {"documents_embedded":1,"documents_failed":1,"vectors_kept":1,"texts":1,"tokens":1,"lexical_searches":1}""", total.at("/indices/counted").toString());
        assertModel(node(stats, "first").at("/models/counted"), 2, 0, 1, 1);
        assertModel(node(stats, "second").at("/models/counted"), 3, 1, 1, 1);
        assertEquals(1, node(stats, "second").at("/cache/saved_texts").asInt());
        assertEquals("""
                {"queued_inputs":0,"queued_bytes":0,"in_flight":0,"rejections":0,\
                "breakers":{"closed":2,"open":0,"half_open":0}}""", total.at("/queue/counted").toString());
        assertEquals("closed", node(stats, "first").at("/queue/counted/breaker").asText());
        for (String hidden : List.of(KEY, "xylophone", "accordion", "bagpipe")) {
            assertThat(stats.body().toString(), not(containsString(hidden)));
        }

        Answer one = second.get(STATS + "/first").expect(200);
        assertEquals(1, one.at("/nodes").size());
        assertModel(one.at("/total/models/counted"), 2, 0, 1, 1);

        first.delete(COUNTED).expect(200);
        assertTrue(first.get(STATS).expect(200).at("/total/indices/counted").isMissingNode());
    }

    private static void assertModel(JsonNode model, int requests, int retries, int inputs, int tokens) {
        assertEquals(model.toString(), requests, model.get("requests").asInt());
        assertEquals(model.toString(), retries, model.get("retries").asInt());
        assertEquals(model.toString(), inputs, model.get("inputs").asInt());
        assertEquals(model.toString(), tokens, model.get("tokens").asInt());
    }

    @Test
    public void testBytesOfVectorsOutsideTheHeapOnEachNode() {
        first.put("mapped", """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 1}, "mappings": {"properties": {
                    "meaning": {"type": "embedding", "model": "counted", "dimensions": 8}}}}
                """).expect(200);
        first.get("_cluster/health/mapped?wait_for_status=green&timeout=60s").expect(200);
        for (int i = 0; i < 3; i++) {
            first.put("mapped/_doc/" + i + "?refresh=true", "{\"meaning\": [1, 2, 3, 4, 5, 6, 7, 8]}")
                    .expect(201);
        }
        Answer stats = second.get(STATS + "?off_heap=true").expect(200);
        String fields = """
                {"meaning":{"off_heap":{"vec":%d,"veq":%d,"vex":0}}}""";
        String path = "/indices/mapped/fields";
        assertEquals(fields.formatted(192, 144), stats.at("/total" + path).toString());
        for (String name : List.of("first", "second")) {
            assertEquals(fields.formatted(96, 72), node(stats, name).at(path).toString());
        }
        assertTrue(second.get(STATS).expect(200).at("/total" + path).isMissingNode());
    }

    @Test
    public void testModelsWithSettingsInForceAndWithoutKeys() {
        Answer models = second.get(MODELS).expect(200);
        JsonNode model = node(models, "first").at("/models/default");
        assertEquals("text-embedding-3-small", model.get("id").asText());
        assertEquals(service.url(), model.get("url").asText());
        assertEquals(1536, model.get("dimensions").asInt());
        assertEquals(.02, model.get("price_per_million_tokens").asDouble(), 0);
        assertEquals("set", model.get("api_key").asText());
        assertEquals(
                "missing", node(models, "second").at("/models/default/api_key").asText());
        assertEquals(1, node(models, "second").at("/models/counted/max_retries").asInt());
        assertThat(models.body().toString(), not(containsString(KEY)));
        assertTrue(service.calls().isEmpty());
    }

    @Test
    public void testEachNodeTriesItsModelsOut() {
        service.script(call -> call.authorization() == null
                ? Reply.error(401, "invalid_api_key", "Incorrect API key provided: " + KEY)
                : service.vectors(call));
        for (int round = 1; round <= 2; round++) {
            Answer models = first.get(MODELS + "?verify=true").expect(200);
            JsonNode good = node(models, "first").at("/models/default/verify");
            assertEquals(good.toString(), 1536, good.get("dimensions").asInt());
            assertTrue(good.toString(), good.get("latency_ms").asLong() >= 0);
            JsonNode bad = node(models, "second").at("/models/default/verify/error");
            assertEquals(400, bad.get("status").asInt());
            assertThat(bad.get("reason").asText(), containsString("[401] [invalid_api_key]: Incorrect API key"));
            assertThat(bad.get("reason").asText(), containsString("add [embedding.model.default.api_key]"));
            assertThat(models.body().toString(), not(containsString(KEY)));
            assertEquals("past the cache", 4L * round, service.calls().size());
        }
    }

    @Test
    public void testVectorsInTheOrderOfTheTexts() {
        Answer numbers = first.post(EMBED, "{\"input\": [\"one\", \"two\"], \"dimensions\": 8}")
                .expect(200);
        assertEquals("default", numbers.at("/model").asText());
        for (int i = 0; i < 2; i++) {
            JsonNode entry = numbers.at("/data/" + i);
            assertEquals(i, entry.get("index").asInt());
            float[] expected = vector(i == 0 ? "one" : "two");
            for (int d = 0; d < 8; d++) {
                assertEquals(expected[d], entry.get("embedding").get(d).floatValue(), 1e-6f);
            }
        }
        Answer base64 = second.post(
                        EMBED,
                        "{\"input\": \"one\", \"dimensions\": 8, \"encoding_format\": \"base64\", \"side\": \"query\"}")
                .expect(200);
        assertEquals(
                Base64Vector.of(vector("one")), base64.at("/data/0/embedding").asText());
    }

    private static float[] vector(String text) {
        return TextVectors.ofWords("text-embedding-3-small", text, 8);
    }

    @Test
    public void testTextThatFailsLeavesTheOthersTheirVectors() {
        service.script(call -> call.inputs().contains("bad")
                ? Reply.error(400, "invalid", "cannot embed: bad word")
                : service.vectors(call));
        Answer answer = first.post(EMBED, "{\"input\": [\"fine\", \"\", \"bad\"], \"dimensions\": 8}")
                .expect(200);
        assertEquals(8, answer.at("/data/0/embedding").size());
        assertEquals(
                "the text is empty: there is nothing to embed",
                answer.at("/data/1/error/reason").asText());
        assertEquals(400, answer.at("/data/2/error/status").asInt());
        assertThat(answer.at("/data/2/error/reason").asText(), containsString("answered [400] [invalid]"));
        first.post(EMBED, "{\"input\": \"bad\", \"dimensions\": 8}").expect(400);
    }

    @Test
    public void testEstimateOfWhatVectorsWillTake() {
        Answer answer = second.post(ESTIMATE, "{\"documents\": 1000000, \"dimensions\": 1536}")
                .expect(200);
        assertEquals("binary", answer.at("/quantization").asText());
        assertEquals(6_144_000_000L, answer.at("/primary/disk_bytes/vectors").asLong());
        assertEquals(208_000_000L, answer.at("/primary/memory_bytes/codes").asLong());
        long graph = answer.at("/primary/memory_bytes/graph").asLong();
        assertTrue(graph > 0);
        assertEquals(
                208_000_000L + graph, answer.at("/primary/memory_bytes/total").asLong());
        assertEquals(
                2 * answer.at("/primary/disk_bytes/total").asLong(),
                answer.at("/total/disk_bytes/total").asLong());
        assertTrue(answer.at("/total/build_cpu_seconds").asLong() > 0);
        first.post(ESTIMATE, null).expectError(400, "request body is required");
        first.post(ESTIMATE, "{\"documents\": 5}").expectError(400, "[dimensions] is missing");
        first.post(ESTIMATE, "{\"documents\": 0, \"dimensions\": 8}")
                .expectError(400, "[documents] expects a whole number from 1 to 100000000000, got [0]");
    }

    @Test
    public void testBadRequestsAreTold() {
        first.post(EMBED, null).expectError(400, "request body is required");
        first.post(EMBED, "{}").expectError(400, "[input] is missing");
        first.post(EMBED, "{\"input\": [\"a\", 1]}")
                .expectError(400, "[input] expects texts, got a number at position [1]");
        first.post(EMBED, "{\"input\": \"a\", \"model\": \"none\"}")
                .expectError(400, "no model [none]: configured are");
        first.post(EMBED, "{\"input\": \"a\", \"dimensions\": 2000}").expectError(400, "has [1536] dimensions, [2000]");
        first.post(EMBED, "{\"input\": \"a\", \"what\": 1}").expectError(400, "unknown key [what]");
        first.post(EMBED, "{\"input\": [").expect(400);
        String many = String.join(",", Collections.nCopies(2049, "\"a\""));
        first.post(EMBED, "{\"input\": [" + many + "]}")
                .expectError(400, "[input] expects 1 to [2048] texts, got [2049]");
        first.get(MODELS + "?verify=perhaps").expectError(400, "[perhaps]");
        first.get(STATS + "?what=1").expectError(400, "unrecognized parameter: [what]");
        assertEquals(List.of(), service.calls().stream().map(Call::inputs).toList());
    }
}
