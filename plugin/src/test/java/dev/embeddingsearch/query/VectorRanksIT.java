/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.opensearch.index.query.QueryBuilders.matchQuery;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertAcked;

import dev.embeddingsearch.EmbeddingSearchPlugin;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressCodecs;
import org.opensearch.action.index.IndexRequestBuilder;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.plugins.Plugin;
import org.opensearch.search.SearchHit;
import org.opensearch.test.OpenSearchIntegTestCase;

/** Ranks of the vector leg, from the nearest document to the opposite of the query. */
@SuppressCodecs("*") // the index uses its own
@OpenSearchIntegTestCase.ClusterScope(scope = OpenSearchIntegTestCase.Scope.SUITE, numDataNodes = 1)
public class VectorRanksIT extends OpenSearchIntegTestCase {

    private static final int DIMENSIONS = 8;
    private static final int COUNT = 40;
    private static final String INDEX = "cosines";

    @Override
    protected Collection<Class<? extends Plugin>> nodePlugins() {
        return List.of(EmbeddingSearchPlugin.class);
    }

    /** Documents whose ids end in their rank. */
    private void load() throws Exception {
        Settings settings = Settings.builder()
                .put("index.number_of_shards", randomIntBetween(1, 3))
                .put("index.number_of_replicas", 0)
                .build();
        assertAcked(prepareCreate(INDEX).setSettings(settings).setMapping("""
                {"properties": {"meaning": {"type": "embedding", "model_id": "unknown", "dimensions": %s}}}""".formatted(DIMENSIONS)));
        List<IndexRequestBuilder> documents = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            double cosine = 0.95 - i * 1.9 / COUNT;
            float[] vector = new float[DIMENSIONS];
            vector[0] = (float) cosine;
            vector[1 + randomInt(DIMENSIONS - 2)] = (float) Math.sqrt(1 - cosine * cosine);
            documents.add(client().prepareIndex(INDEX)
                    .setId(randomAlphaOfLength(4) + "-" + (i + 1))
                    .setSource(Map.of("meaning", vector)));
        }
        indexRandom(true, false, documents);
    }

    /** Where scores are 0, no nearer than most, a document is nevertheless nearer than another. */
    public void testVectorRanksFollowTheCosine() throws Exception {
        load();
        float[] target = new float[DIMENSIONS];
        target[0] = 1;
        EmbeddingQueryBuilder near = new EmbeddingQueryBuilder(
                "meaning", QuerySource.vector(target), new KnnOptions(COUNT, null, null, null, true), null, () -> null);
        float weight = randomFrom(0.3f, 0.5f, 0.8f);
        int constant = randomFrom(1, 20, 60);
        QueryBuilder query = new HybridMatchQueryBuilder(
                matchQuery("text", "absent"), near, null, new FusionOptions(weight, constant), false);
        SearchHit[] hits = client().prepareSearch(INDEX)
                .setQuery(query)
                .setSize(100)
                .get()
                .getHits()
                .getHits();
        assertEquals(COUNT, hits.length);
        for (int i = 0; i < COUNT; i++) {
            assertTrue(hits[i].getId() + " at " + i, hits[i].getId().endsWith("-" + (i + 1)));
            assertEquals(weight * (constant + 1) / (constant + i + 1), hits[i].getScore(), 1e-6);
        }
    }
}
