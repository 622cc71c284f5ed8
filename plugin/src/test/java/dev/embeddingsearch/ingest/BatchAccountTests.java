/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.embedding.EmbeddingResult;
import java.util.Map;
import java.util.Set;
import org.opensearch.Version;
import org.opensearch.cluster.ClusterName;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.AliasMetadata;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.test.ClusterServiceUtils;

/** What is counted of batches for each index. */
public class BatchAccountTests extends IngestTestCase {

    private static final EmbeddingRule RULE = rule("vector", "text");

    private void assertCounted(Map<String, Long> expected) {
        Map<String, Long> counted = stats.snapshot().indices().get(INDEX);
        counted.values().removeIf(count -> count == 0);
        assertEquals(expected, counted);
    }

    public void testDocumentsTextsAndTokens() throws Exception {
        embed(
                wrappers(
                        document("1", "text", "four", "more", "12345678"),
                        document("2", "text", "four"),
                        document("3")),
                false,
                RULE,
                rule("other", "more"));
        assertCounted(Map.of("documents_embedded", 2L, "texts", 3L, "tokens", 4L));
    }

    public void testDocumentsThatWereRefusedOrMarked() throws Exception {
        embedder.behaviour = request -> request.texts().stream()
                .map(text -> text.equals("bad")
                        ? EmbeddingResult.failed(new IllegalStateException("no"))
                        : EmbeddingResult.of(new float[] {1, 2, 3}))
                .toList();
        embed(
                wrappers(
                        document("1", "text", "good", "more", "bad"),
                        document("2", "text", "good"),
                        document("3", "text", Map.of("not", "text"))),
                randomBoolean(),
                RULE,
                rule("other", "more"));
        assertCounted(Map.of("documents_embedded", 1L, "documents_failed", 2L, "texts", 2L, "tokens", 2L));
    }

    public void testFailureOfTheWholeRequest() throws Exception {
        embedder.behaviour = request -> {
            throw new IllegalArgumentException("all of it");
        };
        embed(wrappers(document("1", "text", "a"), document("2", "text", "b"), document("3")), false, RULE);
        assertCounted(Map.of("documents_failed", 2L));
    }

    public void testUnchangedVectorsAreKept() throws Exception {
        index.documents.put("1", "{\"text\":\"a\",\"vector\":\"abc\"}");
        embed(wrappers(document("1", "text", "a")), false, RULE);
        assertCounted(Map.of("vectors_kept", 1L));
    }

    public void testBatchWithNothingToDoIsNotCounted() throws Exception {
        embed(wrappers(document("1"), document("2", "text", " ")), false, RULE);
        assertEquals(Map.of(), stats.snapshot().indices());
    }

    public void testAliasesCountForTheIndexBehindThem() throws Exception {
        IndexMetadata behind = IndexMetadata.builder("articles-1")
                .settings(settings(Version.CURRENT))
                .numberOfShards(1)
                .numberOfReplicas(0)
                .putAlias(AliasMetadata.builder(INDEX))
                .build();
        ClusterServiceUtils.setState(
                clusterService,
                ClusterState.builder(ClusterName.DEFAULT)
                        .metadata(Metadata.builder().put(behind, false))
                        .build());
        embed(wrappers(document("1", "text", "a")), false, RULE);
        assertEquals(Set.of("articles-1"), stats.snapshot().indices().keySet());
    }
}
