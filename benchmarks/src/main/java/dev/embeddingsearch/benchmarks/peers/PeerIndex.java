/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embeddingsearch.quickstart.Rest;

/**
 * An index of k-NN, searched by neural-search's {@code hybrid}. Its published zip has no native libraries, so vectors are
 * stored by Lucene: HNSW of float32, with the parameters that are our default as well.
 */
record PeerIndex() implements ComparedIndex {

    private static final String SCORES = "min-max";
    private static final String RANKS = "ranks";

    /** Makes the search pipelines that fuse. */
    static void createPipelines(Rest rest) {
        rest.send("PUT", "_search/pipeline/" + SCORES, """
                {"phase_results_processors": [{"normalization-processor": {
                    "normalization": {"technique": "min_max"},
                    "combination": {"technique": "arithmetic_mean", "parameters": {"weights": [0.5, 0.5]}}}}]}""");
        rest.send("PUT", "_search/pipeline/" + RANKS, """
                {"phase_results_processors": [{"score-ranker-processor": {"combination": {"technique": "rrf"}}}]}""");
    }

    @Override
    public String title() {
        return "k-NN, neural-search";
    }

    @Override
    public String name() {
        return "peer";
    }

    @Override
    public ObjectNode creation(int dimensions) {
        ObjectNode field = Bodies.object()
                .put("type", "knn_vector")
                .put("dimension", dimensions)
                .put("space_type", "cosinesimil");
        ObjectNode method = field.putObject("method").put("name", "hnsw").put("engine", "lucene");
        method.putObject("parameters").put("m", 16).put("ef_construction", 100);
        ObjectNode root = Bodies.creation(field);
        root.withObject("/settings").put("index.knn", true);
        return root;
    }

    @Override
    public ObjectNode source(Corpus.Document document) {
        ObjectNode source = Bodies.object().put(TEXT, document.text());
        source.set(VECTOR, Bodies.numbers(document.vector()));
        return source;
    }

    @Override
    public Way known(Way way) {
        return way;
    }

    @Override
    public String path(Way way) {
        String pipeline = switch (way.kind()) {
            case WORDS, VECTOR -> "";
            case SCORES -> "?search_pipeline=" + SCORES;
            case RANKS -> "?search_pipeline=" + RANKS;
        };
        return name() + "/_search" + pipeline;
    }

    @Override
    public ObjectNode query(Way way, Corpus.Question question) {
        return switch (way.kind()) {
            case WORDS -> Bodies.match(question.text());
            case VECTOR -> nearest(way.size(), question);
            case SCORES, RANKS -> {
                ObjectNode root = Bodies.object();
                ObjectNode hybrid = root.putObject("hybrid");
                if (way.depth() > 0) {
                    hybrid.put("pagination_depth", way.depth());
                }
                ArrayNode legs = hybrid.putArray("queries");
                legs.add(Bodies.match(question.text())).add(nearest(Way.NEAREST, question));
                yield root;
            }
        };
    }

    private static ObjectNode nearest(int k, Corpus.Question question) {
        ObjectNode root = Bodies.object();
        root.putObject("knn").putObject(VECTOR).put("k", k).set("vector", Bodies.numbers(question.vector()));
        return root;
    }
}
