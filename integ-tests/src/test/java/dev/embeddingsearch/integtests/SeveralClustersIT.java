/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.quickstart.cluster.NodeSettings;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.TextVectors;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Test;

/**
 * Cluster [near] searches cluster [far] by text. Each has a model [default] of its own; [far] has a second node, without
 * the plugin.
 */
public class SeveralClustersIT {

    private static final String FAR_MODEL = "text-embedding-3-large";
    private static final String NEAR_MODEL = "text-embedding-3-small";
    private static final String QUERY = "{\"embedding\": {\"field\": \"meaning\", \"text\": \"curling\"}}";
    private static final String HYBRID =
            "{\"hybrid_match\": {\"query\": \"curling\", \"fields\": [\"body\"], \"embedding_field\": \"meaning\"%s}}";

    private static FakeEmbeddingService nearService;
    private static FakeEmbeddingService farService;
    private static Node nearNode;
    private static Node farNode;
    private static Node bareNode;
    private static Http near;
    private static Http far;

    @BeforeClass
    public static void start() throws IOException {
        nearService = new FakeEmbeddingService(TextVectors::ofWords);
        farService = new FakeEmbeddingService(TextVectors::ofWords);
        List<NodeSettings> both = ShortLived.cluster(List.of("far", "bare"));
        NodeSettings farSettings =
                both.get(0).with("cluster.name", "far").with("cluster.initial_cluster_manager_nodes", List.of("far"));
        farNode = Distributions.withPlugin().node(model(farSettings, farService, FAR_MODEL));
        bareNode = Distributions.plain()
                .node(both.get(1)
                        .with("cluster.name", "far")
                        .with("cluster.initial_cluster_manager_nodes", List.of("far"))
                        .with("node.roles", List.of("data", "ingest")));
        NodeSettings nearSettings = ShortLived.single("near")
                .with("cluster.name", "near")
                .with("cluster.remote.node.attr", "embedding_search")
                .with("cluster.remote.far.seeds", List.of("127.0.0.1:" + farSettings.transportPort()));
        nearNode = Distributions.withPlugin().node(model(nearSettings, nearService, NEAR_MODEL));
        farNode.launch();
        bareNode.launch();
        nearNode.launch();
        for (Node node : List.of(farNode, bareNode, nearNode)) {
            node.awaitReady();
        }
        near = new Http(nearNode.uri());
        far = new Http(farNode.uri());
        far.get("_cluster/health?wait_for_nodes=2").expect(200);
        fill(far, "articles", "curling on far ice", "rowing on far water");
    }

    private static NodeSettings model(NodeSettings node, FakeEmbeddingService service, String id) {
        return node.with("embedding.url_allowlist", List.of("http://127.0.0.1:*"))
                .with("embedding.cache.size", "0") // tests count calls
                .with("embedding.model.default.url", service.url())
                .with("embedding.model.default.id", id);
    }

    private static void fill(Http cluster, String index, String first, String second) {
        cluster.put(index, """
                {"settings": {"number_of_shards": 2, "number_of_replicas": 0}, "mappings": {"properties": {
                    "body": {"type": "text"},
                    "meaning": {"type": "embedding", "dimensions": 256, "source_fields": ["body"]}}}}
                """).expect(200);
        cluster.bulk(index + "/_bulk", """
                {"index": {"_id": "1"}}
                {"body": "%s"}
                {"index": {"_id": "2"}}
                {"body": "%s"}
                """.formatted(first, second)).expectAllItems();
    }

    @AfterClass
    public static void stop() {
        near.close();
        far.close();
        nearNode.close();
        bareNode.close();
        farNode.close();
        nearService.close();
        farService.close();
    }

    /** [near] has no index before each test, and no model but its own. */
    @Before
    public void restore() {
        near.delete("*").expect(200);
        near.put("_cluster/settings", "{\"persistent\": {\"embedding.model.theirs.*\": null}}")
                .expect(200);
        nearService.reset();
        farService.reset();
    }

    private static void nearKnowsTheModelOfFar() {
        near.put("_cluster/settings", """
                {"persistent": {"embedding.model.theirs.id": "%s", "embedding.model.theirs.url": "%s"}}
                """.formatted(FAR_MODEL, nearService.url()))
                .expect(200);
    }

    private static Answer search(Http cluster, String indices, String query) {
        return cluster.post(indices, "{\"query\": " + query + "}").expect(200);
    }

    private static Set<String> models(FakeEmbeddingService service) {
        Set<String> models = new TreeSet<>();
        service.calls().forEach(call -> models.add(call.model()));
        return models;
    }

    private static Set<String> indices(Answer answer) {
        Set<String> indices = new TreeSet<>();
        answer.hits().forEach(hit -> indices.add(hit.get("_index").asText()));
        return indices;
    }

    /** The same documents with the same scores as in the other cluster itself. */
    private static void expectAsInFar(String query, String path) {
        Answer expected = search(far, "articles/_search", query);
        assertEquals(List.of("1", "2"), expected.ids());
        nearService.reset();
        farService.reset();
        Answer found = search(near, path, query);
        assertEquals(Set.of("far:articles"), indices(found));
        assertEquals(expected.ids(), found.ids());
        assertEquals(expected.scores(), found.scores());
    }

    @Test
    public void testClusterWithoutIndicesHasTheOtherEmbed() {
        for (String query : List.of(QUERY, HYBRID.formatted(""), HYBRID.formatted(", \"fusion\": \"rrf\""))) {
            expectAsInFar(query, "/far:articles/_search");
            assertEquals(Set.of(), models(nearService));
            assertEquals(Set.of(FAR_MODEL), models(farService));
        }
    }

    @Test
    public void testShardsThatAreSearchedFromHere() {
        nearKnowsTheModelOfFar();
        for (String query : List.of(QUERY, HYBRID.formatted(""), HYBRID.formatted(", \"fusion\": \"rrf\""))) {
            expectAsInFar(query, "/far:articles/_search?ccs_minimize_roundtrips=false");
            assertEquals(Set.of(FAR_MODEL), models(nearService));
            assertEquals(Set.of(), models(farService));
        }
    }

    @Test
    public void testModelThatOnlyTheOtherClusterHas() {
        String reason =
                "field [meaning] of [far:articles] holds vectors of model id [text-embedding-3-large], which no model of"
                        + " this cluster has: add one with that id, or search with [ccs_minimize_roundtrips] [true]";
        for (String query : List.of(QUERY, HYBRID.formatted(""))) {
            near.post("/far:articles/_search?ccs_minimize_roundtrips=false", "{\"query\": " + query + "}")
                    .expectError(400, reason);
        }
        assertEquals(Set.of(), models(nearService));
    }

    @Test
    public void testBothClustersAtOnce() {
        fill(near, "articles", "curling on near ice", "rowing on near water");
        for (String query : List.of(QUERY, HYBRID.formatted(""))) {
            nearService.reset();
            farService.reset();
            Answer found = search(near, "/articles,far:articles/_search", query);
            assertEquals(Set.of("articles", "far:articles"), indices(found));
            assertEquals(Set.of(NEAR_MODEL), models(nearService));
            assertEquals(Set.of(FAR_MODEL), models(farService));
        }
        nearKnowsTheModelOfFar();
        nearService.reset();
        farService.reset();
        Answer shards = search(near, "/articles,far:articles/_search?ccs_minimize_roundtrips=false", QUERY);
        assertEquals(4, shards.hits().size());
        Answer ranked = search(near, "/articles,far:articles/_search", HYBRID.formatted(", \"fusion\": \"rrf\""));
        assertEquals(4, ranked.hits().size());
        assertEquals(Set.of("articles", "far:articles"), indices(ranked));
        assertEquals(Set.of(NEAR_MODEL, FAR_MODEL), models(nearService));
        assertEquals(Set.of(), models(farService));
    }

    /** A local index whose field of that name has another model is not about the search. */
    @Test
    public void testLocalIndexThatIsNotSearchedIsNotAsked() {
        fill(near, "articles", "curling on near ice", "rowing on near water");
        nearService.reset();
        assertEquals(2, search(near, "/far:articles/_search", QUERY).hits().size());
        assertEquals(Set.of(), models(nearService));
    }

    @Test
    public void testPointInTime() {
        nearKnowsTheModelOfFar();
        fill(near, "unsearched", "curling", "rowing");
        nearService.reset();
        String pit = near.post("/far:articles/_search/point_in_time?keep_alive=1m", null)
                .expect(200)
                .at("/pit_id")
                .asText();
        Answer found = near.post("_search", "{\"query\": " + QUERY + ", \"pit\": {\"id\": \"" + pit + "\"}}")
                .expect(200);
        assertEquals(List.of("1", "2"), found.ids());
        assertEquals("not that of the local index", Set.of(FAR_MODEL), models(nearService));
        near.delete("_search/point_in_time/_all").expect(200);
    }

    @Test
    public void testFieldThatTheOtherClusterDoesNotMap() {
        String query = "{\"query\": " + QUERY.replace("meaning", "body") + "}";
        near.post("/far:articles/_search", query)
                .expectError(400, "field [body] is not mapped as [embedding] in any of the 1 searched indices");
        near.post("/far:articles/_search?ccs_minimize_roundtrips=false", query)
                .expectError(
                        400,
                        "field [body] is not mapped as [embedding] in any of the searched indices, nor in those of the clusters"
                                + " [far] that can be reached");
    }

    /** The node of the primary refuses what the node without the plugin sends it, and says why. */
    @Test
    public void testWritesThroughANodeWithoutThePlugin() {
        far.put("guarded", """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 0}, "mappings": {"properties": {
                    "n": {"type": "integer"}, "body": {"type": "text"},
                    "meaning": {"type": "embedding", "dimensions": 8, "source_fields": ["body"]}}}}
                """).expect(200);
        try (Http bare = new Http(bareNode.uri())) {
            bare.put("guarded/_doc/1", "{\"body\": \"ice\"}").expectError(400, "did not pass ingest");
            Answer mixed = bare.bulk("guarded/_bulk", """
                    {"index": {"_id": "2"}}
                    {"n": 2}
                    {"index": {"_id": "3"}}
                    {"body": "snow"}
                    {"index": {"_id": "4"}}
                    {"n": 4}
                    """);
            assertEquals(201, mixed.item(0).get("status").asInt());
            mixed.expectItemError(1, 400, "did not pass ingest");
            assertEquals(201, mixed.item(2).get("status").asInt());
        }
        assertEquals(2, far.search("guarded", "{}").total());
        far.delete("guarded").expect(200);
    }

    @Test
    public void testShardsThatNeedThePluginStayOnNodesWithIt() {
        far.put("copies", """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 1}, "mappings": {"properties": {
                    "meaning": {"type": "embedding", "dimensions": 8}}}}
                """).expect(200);
        far.put("analyzed", """
                {"settings": {"number_of_shards": 1, "auto_expand_replicas": "0-all"}, "mappings": {"properties": {
                    "body": {"type": "text", "analyzer": "code"}}}}
                """).expect(200);
        far.put("plain", "{\"settings\": {\"number_of_shards\": 1, \"number_of_replicas\": 1}}")
                .expect(200);
        far.get("_cluster/health/plain?wait_for_status=green").expect(200);
        far.get("_cluster/health/analyzed?wait_for_status=green").expect(200);
        JsonNode explained = far.post(
                        "_cluster/allocation/explain", "{\"index\": \"copies\", \"shard\": 0, \"primary\": false}")
                .expect(200)
                .body();
        assertThat(
                explained.toString(),
                containsString(
                        "index [copies] has fields or analyzers of the plugin [embedding-search], which node [bare] does"
                                + " not have: install the plugin there"));
        Answer shards =
                far.get("_cat/shards/copies,analyzed,articles?format=json").expect(200);
        shards.body()
                .forEach(shard -> assertTrue(
                        shard.toString(), !"bare".equals(shard.get("node").asText())));
        far.delete("copies,analyzed,plain").expect(200);
    }
}
