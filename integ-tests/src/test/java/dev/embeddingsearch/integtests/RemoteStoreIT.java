/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;

import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.quickstart.cluster.NodeSettings;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.TextVectors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/** A node that keeps its indices in a remote store, and searches snapshots where they are. */
public class RemoteStoreIT {

    private static final String NEAREST = """
            {"query": {"embedding": {"field": "meaning", "text": "curling stones"}}}""";

    private static FakeEmbeddingService service;
    private static Node node;
    private static Http http;

    @BeforeClass
    public static void start() throws IOException {
        service = new FakeEmbeddingService(TextVectors::ofWords);
        Path store = Distributions.withPlugin().home().resolveSibling("nodes").resolve("remote-store");
        String attribute = "node.attr.remote_store.";
        NodeSettings settings = ShortLived.single("remote")
                .with("path.repo", List.of(store.toString()))
                .with("node.roles", List.of("cluster_manager", "data", "ingest", "warm"))
                .with("node.search.cache.size", "20mb")
                .with(attribute + "repository.store.type", "fs")
                .with(
                        attribute + "repository.store.settings.location",
                        store.resolve("indices").toString())
                .with("embedding.url_allowlist", List.of("http://127.0.0.1:*"))
                .with("embedding.model.default.url", service.url());
        for (String kept : List.of("segment", "translog", "state")) {
            settings = settings.with(attribute + kept + ".repository", "store");
        }
        node = Distributions.withPlugin().node(settings).start();
        http = new Http(node.uri());
        http.put(
                        "_snapshot/files",
                        "{\"type\": \"fs\", \"settings\": {\"location\": \"%s\"}}"
                                .formatted(store.resolve("snapshots")))
                .expect(200);
    }

    @AfterClass
    public static void stop() {
        http.close();
        node.close();
        service.close();
    }

    private static void fill(String index, boolean vectorsInSource) {
        http.put(index, """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 0,
                    "index.embedding.vectors_in_source": %s},
                "mappings": {"properties": {
                    "body": {"type": "text"},
                    "meaning": {"type": "embedding", "dimensions": %d, "source_fields": ["body"]}}}}
                """.formatted(vectorsInSource, Articles.DIMENSIONS)).expect(200);
        http.bulk(index + "/_bulk", """
                {"index": {"_id": "1"}}
                {"body": "curling stones"}
                {"index": {"_id": "2"}}
                {"body": "rowing boats"}
                """).expectAllItems();
        http.post(index + "/_update/2?refresh=true", "{\"doc\": {\"body\": \"rowing curling\"}}")
                .expect(200);
        http.post(index + "/_flush", null).expect(200);
    }

    private static void expectAll(String index) {
        assertEquals(List.of("1", "2"), http.search(index, NEAREST).ids());
        assertEquals(
                Articles.vectorOf("rowing curling"),
                http.source(index, "2").get("meaning").asText());
    }

    @Test
    public void testIndexInARemoteStore() {
        for (boolean vectorsInSource : List.of(true, false)) {
            fill("stored", vectorsInSource);
            assertEquals(
                    "true",
                    http.get("stored/_settings?flat_settings=true")
                            .at("/stored/settings/index.remote_store.enabled")
                            .asText());
            expectAll("stored");
            http.post("stored/_close", null).expect(200);
            http.post(
                            "_remotestore/_restore?restore_all_shards=true&wait_for_completion=true",
                            "{\"indices\": [\"stored\"]}")
                    .expect(200);
            http.get("_cluster/health/stored?wait_for_status=green").expect(200);
            expectAll("stored");
            http.delete("stored").expect(200);
        }
    }

    @Test
    public void testSearchableSnapshot() {
        for (boolean vectorsInSource : List.of(true, false)) {
            fill("snapped", vectorsInSource);
            http.put("_snapshot/files/one?wait_for_completion=true", "{\"indices\": \"snapped\"}")
                    .expect(200);
            http.delete("snapped").expect(200);
            http.post("_snapshot/files/one/_restore?wait_for_completion=true", """
                    {"storage_type": "remote_snapshot", "rename_pattern": "snapped", "rename_replacement": "searchable"}
                    """)
                    .expect(200);
            http.get("_cluster/health/searchable?wait_for_status=green").expect(200);
            expectAll("searchable");
            http.delete("searchable").expect(200);
            http.delete("_snapshot/files/one").expect(200);
        }
    }
}
