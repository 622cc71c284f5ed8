/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.Reply;
import dev.embeddingsearch.testkit.TextVectors;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;

/**
 * Random writes of odd documents, while the service fails, aliases move and scrolls come and go, against a model of what
 * each document must say: in the end each has the vectors of its texts by the models of its fields, or a mark, and what
 * failed had a reason. {@code -Dingest.oracle.operations=100000} for a long run, {@code -Dingest.oracle.seed} to repeat one.
 */
public class IngestOracleIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final int OPERATIONS = Integer.getInteger("ingest.oracle.operations", 3000);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
    private static final int DIMENSIONS = 8;
    private static final Map<String, String> MODELS =
            Map.of("default", "text-embedding-3-small", "other", "text-embedding-3-large");

    private final Http http = NODE.http();
    private final FakeEmbeddingService service = NODE.service();
    private final long seed = Long.getLong("ingest.oracle.seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private final OddDocuments documents = new OddDocuments(random);

    /** What each index must hold, by id. */
    private final Map<String, Map<String, Map<String, Object>>> expected = new LinkedHashMap<>();

    private final Map<String, Integer> outcomes = new HashMap<>();
    private String writeIndex;
    private int operations;

    /** An index: how its vectors are kept, whose they are, and what becomes of failures. */
    private record Kind(String name, boolean inSource, boolean marks, String model) {}

    private static final List<Kind> KINDS = List.of(
            new Kind("oracle-1", true, false, "default"),
            new Kind("oracle-2", false, false, "default"),
            new Kind("oracle-3", true, true, "other"),
            new Kind("oracle-4", false, true, "default"));

    @Before
    public void create() {
        NODE.restore();
        NODE.settings("other.url", service.url()).expect(200);
        NODE.settings("other.id", MODELS.get("other")).expect(200);
        NODE.settings("default.max_retries", 0).expect(200);
        NODE.settings("other.max_retries", 0).expect(200);
        NODE.settings("default.breaker_failures", 1_000_000).expect(200);
        NODE.settings("other.breaker_failures", 1_000_000).expect(200);
        for (Kind kind : KINDS) {
            String field = "\"type\": \"embedding\", \"dimensions\": " + DIMENSIONS + ", \"model\": \"" + kind.model()
                    + "\", \"on_failure\": \"" + (kind.marks() ? "index_without_vector" : "fail") + "\"";
            http.put(kind.name(), """
                    {"settings": {"number_of_shards": 2, "number_of_replicas": 0, "index.embedding.vectors_in_source": %s},
                     "mappings": {"properties": {
                        "title": {"type": "text"}, "x": {"type": "integer"},
                        "m": {%s, "source_fields": ["title"]},
                        "o": {"properties": {"t": {"type": "text"}, "y": {"type": "integer"},
                            "m": {%s, "source_fields": ["o.t", "title"]}}}}}}
                    """.formatted(kind.inSource(), field, field)).expect(200);
            expected.put(kind.name(), new LinkedHashMap<>());
        }
        move();
    }

    @Test
    public void testEveryDocumentHasTheVectorsOfItsTexts() {
        System.out.println("ingest.oracle.seed " + seed);
        while (operations < OPERATIONS) {
            scriptService();
            switch (random.nextInt(14)) {
                case 0 -> scroll();
                case 1 -> move();
                case 2 -> updateByScript();
                case 3 -> rewrite();
                case 4 -> http.post(index() + "/_refresh", null).expect(200);
                default -> bulk();
            }
        }
        service.reset();
        for (Kind kind : KINDS) {
            check(kind);
        }
        JsonNode pressure =
                http.get("_nodes/stats/indexing_pressure").expect(200).body();
        assertEquals(
                List.of("0"),
                pressure.findValuesAsText("all_in_bytes").stream().limit(1).toList());
        JsonNode breakers = http.get("_nodes/stats/breaker").expect(200).body();
        assertEquals(
                0,
                breakers.findValue("embedding").get("estimated_size_in_bytes").asLong());
        System.out.println("operations " + operations + " " + outcomes);
        assertTrue(outcomes.toString(), outcomes.get("done") > operations / 3);
    }

    private String index() {
        return KINDS.get(random.nextInt(KINDS.size())).name();
    }

    private void scriptService() {
        int mood = random.nextInt(10);
        Set<Integer> failures = mood == 0 ? Set.of(503) : mood == 1 ? Set.of(500) : Set.of();
        service.script(call -> {
            if (call.inputs().stream().anyMatch(text -> text.contains("poison"))) {
                return Reply.error(400, "bad", "no poison");
            }
            return failures.isEmpty()
                    ? service.vectors(call)
                    : Reply.error(failures.iterator().next(), "down", "down");
        });
    }

    /** Lets the alias write somewhere else. */
    private void move() {
        writeIndex = index();
        http.post("_aliases", """
                {"actions": [{"remove": {"index": "oracle-*", "alias": "current", "must_exist": false}},
                             {"add": {"index": "%s", "alias": "current"}}]}""".formatted(writeIndex)).expect(200);
    }

    private void scroll() {
        String index = index();
        Answer page = http.post(index + "/_search?scroll=1m", "{\"size\": 15}").expect(200);
        String id = page.at("/_scroll_id").asText();
        if (random.nextBoolean()) {
            http.post("_search/scroll", json(Map.of("scroll", "1m", "scroll_id", id)))
                    .expect(200);
        }
        http.delete("_search/scroll/" + id).expect(200);
    }

    private String id() {
        return "d" + random.nextInt(60);
    }

    /** One operation of a bulk request and, if it is done, what becomes of the documents. */
    private record Operation(String index, String lines, Runnable done) {}

    private void bulk() {
        List<Operation> all = new ArrayList<>();
        StringBuilder lines = new StringBuilder();
        for (int i = 1 + random.nextInt(40); i > 0; i--) {
            Operation operation = operation();
            all.add(operation);
            lines.append(operation.lines());
        }
        operations += all.size();
        Answer answer = http.post("_bulk" + (random.nextBoolean() ? "" : "?refresh=true"), lines.toString());
        if (answer.status() != 200) {
            assertTrue(
                    answer.body().toString(),
                    !answer.at("/error/reason").asText().isEmpty());
            outcomes.merge("request " + answer.status(), 1, Integer::sum);
            return;
        }
        assertEquals(all.size(), answer.at("/items").size());
        for (int i = 0; i < all.size(); i++) {
            JsonNode item = answer.item(i);
            int status = item.get("status").asInt();
            if (status < 300) {
                all.get(i).done().run();
            } else if (status != 404) {
                assertTrue(item.toString(), !item.at("/error/reason").asText().isEmpty());
            }
            outcomes.merge(status < 300 ? "done" : "" + status, 1, Integer::sum);
        }
    }

    private Operation operation() {
        boolean alias = random.nextInt(4) == 0;
        String index = alias ? writeIndex : index();
        String name = alias ? "current" : index;
        Map<String, Map<String, Object>> held = expected.get(index);
        String id = id();
        Map<String, Object> document = documents.next();
        return switch (random.nextInt(10)) {
            case 0 ->
                new Operation(
                        index, line("create", name, id, "") + json(document) + "\n", () -> held.put(id, document));
            case 1 -> new Operation(index, line("delete", name, id, ""), () -> held.remove(id));
            case 2 ->
                new Operation(
                        index,
                        line("index", name, id, ", \"if_seq_no\": 1, \"if_primary_term\": 77") + json(document) + "\n",
                        () -> held.put(id, document));
            case 3 -> update(index, name, id, document, true, null);
            case 4 -> update(index, name, id, document, false, documents.next());
            case 5, 6 -> update(index, name, id, document, false, null);
            default ->
                new Operation(index, line("index", name, id, "") + json(document) + "\n", () -> held.put(id, document));
        };
    }

    private Operation update(
            String index,
            String name,
            String id,
            Map<String, Object> part,
            boolean asUpsert,
            Map<String, Object> upsert) {
        Map<String, Map<String, Object>> held = expected.get(index);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("doc", part);
        if (asUpsert) {
            body.put("doc_as_upsert", true);
        }
        if (upsert != null) {
            body.put("upsert", upsert);
        }
        return new Operation(index, line("update", name, id, "") + json(body) + "\n", () -> {
            Map<String, Object> before = held.get(id);
            Map<String, Object> inserted = asUpsert ? part : upsert;
            held.put(id, before == null ? inserted : OddDocuments.merged(before, part));
        });
    }

    private static String line(String action, String index, String id, String more) {
        return "{\"" + action + "\": {\"_index\": \"" + index + "\", \"_id\": \"" + id + "\"" + more + "}}\n";
    }

    /** One document through a script, which sees and changes its text. */
    private void updateByScript() {
        String index = index();
        String id = id();
        String title = "scripted " + random.nextInt(1000);
        operations++;
        Answer answer = http.post(
                index + "/_update/" + id,
                "{\"script\": {\"source\": \"ctx._source.title = params.t\", \"params\": {\"t\": \"" + title + "\"}}}");
        if (answer.status() < 300) {
            Map<String, Object> changed =
                    new LinkedHashMap<>(expected.get(index).get(id));
            changed.put("title", title);
            expected.get(index).put(id, changed);
        }
        outcomes.merge(answer.status() < 300 ? "done" : "" + answer.status(), 1, Integer::sum);
    }

    /** All documents of an index written again, by query or into another index. */
    private void rewrite() {
        String from = index();
        http.post(from + "/_refresh", null).expect(200);
        operations += expected.get(from).size();
        if (random.nextBoolean()) {
            http.post(from + "/_update_by_query?conflicts=proceed&refresh=true", null);
            outcomes.merge("done", expected.get(from).size(), Integer::sum);
            return;
        }
        String to = index();
        if (!to.equals(from)) {
            Answer answer = http.post("_reindex?refresh=true", """
                    {"conflicts": "proceed", "source": {"index": "%s"}, "dest": {"index": "%s"}}""".formatted(from, to));
            Set<String> failed = new HashSet<>(answer.at("/failures").findValuesAsText("id"));
            if (failed.isEmpty() && answer.status() == 200) {
                expected.get(from).forEach((id, document) -> expected.get(to).put(id, document));
                outcomes.merge("done", expected.get(from).size(), Integer::sum);
            } else {
                reread(to); // it stopped somewhere
            }
        }
    }

    /** Takes an index as it is. */
    private void reread(String index) {
        Map<String, Map<String, Object>> held = expected.get(index);
        held.clear();
        all(index).forEach((id, hit) -> held.put(id, source(hit)));
    }

    private Map<String, JsonNode> all(String index) {
        http.post(index + "/_refresh", null).expect(200);
        Answer answer = http.search(
                index,
                "{\"size\": 1000, \"_source\": true, \"docvalue_fields\": [\"m\", \"o.m\"], \"query\": {\"match_all\": {}}}");
        Map<String, JsonNode> hits = new LinkedHashMap<>();
        answer.hits().forEach(hit -> hits.put(hit.get("_id").asText(), hit));
        return hits;
    }

    private static Map<String, Object> source(JsonNode hit) {
        return JSON.convertValue(hit.get("_source"), OBJECT);
    }

    private void check(Kind kind) {
        Map<String, Map<String, Object>> held = expected.get(kind.name());
        Map<String, JsonNode> hits = all(kind.name());
        assertEquals(where(kind, ""), new TreeSet<>(held.keySet()), new TreeSet<>(hits.keySet()));
        hits.forEach((id, hit) -> {
            Map<String, Object> source = source(hit);
            assertEquals(where(kind, id), OddDocuments.said(held.get(id)), OddDocuments.said(source));
            check(kind, id, hit, "m", orders(source, List.of("title")));
            check(kind, id, hit, "o.m", orders(source, List.of("o.t", "title")));
        });
    }

    private String where(Kind kind, String id) {
        return "seed " + seed + ", " + kind.name() + "/" + id;
    }

    /** The texts that may have been embedded: what a field says in more than one place comes in an order of its own. */
    private static Set<String> orders(Map<String, Object> source, List<String> fields) {
        Set<String> texts = new HashSet<>(Set.of(""));
        for (String field : fields) {
            Set<String> longer = new HashSet<>();
            for (List<String> order : permutations(OddDocuments.texts(source, field))) {
                String part = String.join("\n", order);
                texts.forEach(text -> longer.add(text.isEmpty() || part.isEmpty() ? text + part : text + "\n" + part));
            }
            texts = longer;
        }
        return texts;
    }

    private static List<List<String>> permutations(List<String> values) {
        if (values.isEmpty()) {
            return List.of(List.of());
        }
        List<List<String>> all = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            List<String> rest = new ArrayList<>(values);
            String first = rest.remove(i);
            for (List<String> tail : permutations(rest)) {
                List<String> one = new ArrayList<>(List.of(first));
                one.addAll(tail);
                all.add(one);
            }
        }
        return all;
    }

    private void check(Kind kind, String id, JsonNode hit, String field, Set<String> texts) {
        String where = where(kind, id) + " " + field + " " + hit;
        JsonNode indexed = hit.at("/fields").path(field);
        boolean marked = hit.get("_source").toString().contains("_embedding_pending");
        if (texts.contains("")) {
            assertTrue(where, indexed.isMissingNode());
            return;
        }
        if (indexed.isMissingNode()) {
            assertTrue(where, kind.marks() && marked);
            outcomes.merge("marked", 1, Integer::sum);
            return;
        }
        JsonNode vector = indexed.get(0).isArray() ? indexed.get(0) : indexed;
        boolean right = texts.stream()
                .anyMatch(text -> same(TextVectors.ofWords(MODELS.get(kind.model()), text, DIMENSIONS), vector));
        assertTrue(where + " is of none of " + texts, right);
    }

    private static boolean same(float[] expected, JsonNode numbers) {
        for (int i = 0; i < expected.length; i++) {
            if (Math.abs(expected[i] - numbers.get(i).floatValue()) > 1e-5) {
                return false;
            }
        }
        return true;
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
