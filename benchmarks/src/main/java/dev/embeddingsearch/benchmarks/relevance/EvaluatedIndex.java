/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.quickstart.Rest;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.util.ArrayList;
import java.util.List;

/** A data set in OpenSearch, its vectors made outside, and the searches whose results are judged. */
final class EvaluatedIndex {

    /** How far down the lists go. */
    static final int DEPTH = 100;

    private static final int BULK = 500;
    private static final int EVALUATED_AT_ONCE = 50;
    private static final String INDEX = "evaluated";

    private final ObjectMapper json = new ObjectMapper();
    private final Rest rest;
    private final Vectors vectors;
    private final Analysis analysis;

    EvaluatedIndex(Rest rest, Vectors vectors, Analysis analysis) {
        this.rest = rest;
        this.vectors = vectors;
        this.analysis = analysis;
    }

    /** Makes the index anew, merged into one segment so that a run can be repeated to the digit. */
    void load(List<Dataset.Document> documents) {
        rest.send("DELETE", INDEX + "?ignore_unavailable=true", "");
        rest.send("PUT", INDEX, """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": -1},
                 "mappings": {"properties": {
                    "text": %s,
                    "symbol": %s,
                    "meaning": {"type": "embedding", "dimensions": %d}}}}
                """.formatted(analysis.mapping(), analysis.mapping(), vectors.dimensions()));
        for (int from = 0; from < documents.size(); from += BULK) {
            String lines = bulk(documents.subList(from, Math.min(from + BULK, documents.size())));
            JsonNode reply = rest.send("POST", INDEX + "/_bulk?filter_path=errors,items.*.error", lines);
            if (reply.path("errors").asBoolean()) {
                throw new SetupException("OpenSearch refused documents: "
                        + reply.findValues("error").getFirst());
            }
        }
        rest.send("POST", INDEX + "/_forcemerge?max_num_segments=1", "");
        rest.send("POST", INDEX + "/_refresh", "");
    }

    /** BM25 alone. */
    ObjectNode lexical(Dataset.Query query) {
        ObjectNode root = json.createObjectNode();
        ObjectNode match = root.putObject("multi_match").put("query", query.text());
        match.put("type", "most_fields").set("fields", json.valueToTree(analysis.fields()));
        return root;
    }

    /** The vector alone. */
    ObjectNode vector(Dataset.Query query) {
        ObjectNode root = json.createObjectNode();
        root.putObject("embedding")
                .put("field", "meaning")
                .put("vector", vectors.of(Side.QUERY, query.text()))
                .put("k", DEPTH);
        return root;
    }

    /** Both, in one query of the plugin. */
    ObjectNode hybrid(Dataset.Query query, Object weight) {
        ObjectNode root = json.createObjectNode();
        ObjectNode hybrid = root.putObject("hybrid_match")
                .put("query", query.text())
                .put("embedding_field", "meaning")
                .put("vector", vectors.of(Side.QUERY, query.text()))
                .putPOJO("vector_weight", weight)
                .put("k", DEPTH);
        hybrid.put("type", "most_fields").set("fields", json.valueToTree(analysis.fields()));
        return root;
    }

    List<Hit> search(ObjectNode query) {
        ObjectNode request =
                json.createObjectNode().put("size", DEPTH).put("_source", false).put("track_total_hits", false);
        request.set("query", query);
        List<Hit> hits = new ArrayList<>();
        for (JsonNode hit : rest.send("POST", INDEX + "/_search", request.toString())
                .path("hits")
                .path("hits")) {
            hits.add(new Hit(hit.path("_id").asText(), hit.path("_score").asDouble()));
        }
        return hits;
    }

    /** OpenSearch's own figure for nDCG@10 of {@link #hybrid}. */
    double rankEval(List<Dataset.Query> queries, double weight) {
        double sum = 0;
        for (int from = 0; from < queries.size(); from += EVALUATED_AT_ONCE) {
            List<Dataset.Query> some = queries.subList(from, Math.min(from + EVALUATED_AT_ONCE, queries.size()));
            JsonNode reply = rest.send("POST", INDEX + "/_rank_eval", rankEvalRequest(some, weight));
            if (!reply.path("failures").isEmpty()) {
                throw new SetupException("_rank_eval failed: " + reply.path("failures"));
            }
            sum += reply.path("metric_score").asDouble() * some.size();
        }
        return sum / queries.size();
    }

    private String rankEvalRequest(List<Dataset.Query> queries, double weight) {
        ObjectNode root = json.createObjectNode();
        ArrayNode requests = root.putArray("requests");
        for (Dataset.Query query : queries) {
            ObjectNode request = requests.addObject().put("id", query.id());
            request.putObject("request").set("query", hybrid(query, weight));
            ArrayNode ratings = request.putArray("ratings");
            query.grades()
                    .forEach((id, grade) -> ratings.addObject()
                            .put("_index", INDEX)
                            .put("_id", id)
                            .put("rating", grade));
        }
        root.putObject("metric").putObject("dcg").put("k", 10).put("normalize", true);
        return root.toString();
    }

    private String bulk(List<Dataset.Document> documents) {
        StringBuilder lines = new StringBuilder();
        for (Dataset.Document document : documents) {
            ObjectNode action = json.createObjectNode();
            action.putObject("index").put("_id", document.id());
            ObjectNode source = json.createObjectNode()
                    .put("text", document.text())
                    .put("meaning", vectors.of(Side.DOCUMENT, document.text()));
            if (analysis.hasNames()) {
                source.put("symbol", FunctionName.in(document.text()));
            }
            lines.append(action).append('\n').append(source).append('\n');
        }
        return lines.toString();
    }
}
