/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.junit.Test;

/** The requests that each index gets for the same document and question. */
public class ComparedIndexTests {

    private static final Way WORDS = new Way(Way.Kind.WORDS, 10, 0);
    private static final Way VECTOR = new Way(Way.Kind.VECTOR, 10, 0);
    private static final Way SCORES = new Way(Way.Kind.SCORES, 10, 0);
    private static final Way DEEP = new Way(Way.Kind.RANKS, 10, 100);

    private final Corpus.Question question = new Corpus.Question("ice brooms", new float[] {.6f, .8f}, Map.of());
    private final Corpus.Document document = new Corpus.Document("7", "curling", new float[] {1, 0});
    private final ComparedIndex ours = new OurIndex("int4", "float16", false);
    private final ComparedIndex peer = new PeerIndex();

    @Test
    public void testCreation() throws JsonProcessingException {
        String settings = "\"number_of_shards\": 1, \"number_of_replicas\": 0, \"refresh_interval\": \"-1\"";
        assertJson("""
                {"settings": {%s, "index.embedding.vectors_in_source": false},
                 "mappings": {"properties": {"text": {"type": "text"}, "vector": {"type": "embedding", "dimensions": 2,
                    "index_options": {"quantization": "int4", "storage": "float16"}}}}}""".formatted(settings), ours.creation(2));
        assertJson("""
                {"settings": {%s, "index.knn": true},
                 "mappings": {"properties": {"text": {"type": "text"}, "vector": {"type": "knn_vector", "dimension": 2,
                    "space_type": "cosinesimil", "method": {"name": "hnsw", "engine": "lucene",
                        "parameters": {"m": 16, "ef_construction": 100}}}}}}""".formatted(settings), peer.creation(2));
    }

    @Test
    public void testDocument() throws JsonProcessingException {
        assertJson("{\"text\": \"curling\", \"vector\": \"AACAPwAAAAA=\"}", ours.source(document));
        assertJson("{\"text\": \"curling\", \"vector\": [1.0, 0.0]}", peer.source(document));
    }

    @Test
    public void testWordsAloneAreTheSame() throws JsonProcessingException {
        String match = "{\"size\": 10, \"_source\": false, \"query\": {\"match\": {\"text\": \"ice brooms\"}}}";
        assertJson(match, Bodies.search(ours, WORDS, question));
        assertJson(match, Bodies.search(peer, WORDS, question));
        assertEquals("peer/_search", peer.path(WORDS));
    }

    @Test
    public void testVectorAlone() throws JsonProcessingException {
        assertJson(
                "{\"embedding\": {\"field\": \"vector\", \"k\": 10, \"vector\": [0.6, 0.8]}}",
                ours.query(VECTOR, question));
        assertJson("{\"knn\": {\"vector\": {\"k\": 10, \"vector\": [0.6, 0.8]}}}", peer.query(VECTOR, question));
    }

    @Test
    public void testFusedByScores() throws JsonProcessingException {
        assertJson("""
                {"hybrid_match": {"query": "ice brooms", "fields": ["text"], "embedding_field": "vector",
                    "vector": [0.6, 0.8], "k": 100}}""", ours.query(SCORES, question));
        assertJson("""
                {"hybrid": {"queries": [{"match": {"text": "ice brooms"}},
                    {"knn": {"vector": {"k": 100, "vector": [0.6, 0.8]}}}]}}""", peer.query(SCORES, question));
        assertEquals("ours-int4-float16-once/_search", ours.path(SCORES));
        assertEquals("peer/_search?search_pipeline=min-max", peer.path(SCORES));
    }

    @Test
    public void testFusedByRanksToADepth() throws JsonProcessingException {
        assertEquals(DEEP, peer.known(DEEP));
        assertEquals(DEEP, ours.known(DEEP));
        assertEquals(new Way(Way.Kind.SCORES, 10, 0), ours.known(new Way(Way.Kind.SCORES, 10, 100)));
        assertEquals("peer/_search?search_pipeline=ranks", peer.path(DEEP));
        assertEquals(
                100, peer.query(DEEP, question).at("/hybrid/pagination_depth").asInt());
        assertEquals(
                "rrf", ours.query(DEEP, question).at("/hybrid_match/fusion").asText());
        assertEquals(100, ours.query(DEEP, question).at("/hybrid_match/k").asInt());
        assertFalse(ours.query(new Way(Way.Kind.RANKS, 10, 0), question)
                .at("/hybrid_match")
                .has("k"));
    }

    @Test
    public void testEachVariantHasItsOwnIndexAndTitle() {
        ComparedIndex inSource = new OurIndex("int4", "float32", true);
        assertNotEquals(ours.name(), inSource.name());
        assertEquals("ours, int4, float16", ours.title());
        assertEquals("ours, int4, vectors in `_source`", inSource.title());
    }

    private static void assertJson(String expected, Object actual) throws JsonProcessingException {
        ObjectMapper json = new ObjectMapper();
        assertEquals(json.readTree(expected), json.readTree(actual.toString()));
    }
}
