/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.opensearch.index.query.QueryBuilders.boolQuery;
import static org.opensearch.index.query.QueryBuilders.existsQuery;
import static org.opensearch.index.query.QueryBuilders.matchQuery;
import static org.opensearch.index.query.QueryBuilders.nestedQuery;
import static org.opensearch.index.query.QueryBuilders.termQuery;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertAcked;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertNoFailures;

import dev.embeddingsearch.knn.SearchCounters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.lucene.search.join.ScoreMode;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressCodecs;
import org.opensearch.action.admin.indices.alias.IndicesAliasesRequest.AliasActions;
import org.opensearch.action.index.IndexRequestBuilder;
import org.opensearch.action.search.SearchRequestBuilder;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.search.SearchHit;
import org.opensearch.search.SearchService;
import org.opensearch.search.profile.ProfileResult;
import org.opensearch.test.OpenSearchIntegTestCase;

/** What a search does with {@code hybrid_match} besides scoring: skipping, threads, profile. */
@SuppressCodecs("*") // the index uses its own
@OpenSearchIntegTestCase.ClusterScope(scope = OpenSearchIntegTestCase.Scope.SUITE, numDataNodes = 1)
public class HybridSearchIT extends HybridSearchTestCase {

    private static QueryBuilder around(HybridMatchQueryBuilder hybrid) {
        return switch (randomInt(5)) {
            case 0 -> boolQuery().must(hybrid).filter(termQuery("group", "g1"));
            case 1 -> boolQuery().should(hybrid).should(termQuery("text", "w1"));
            case 2 -> boolQuery().must(hybrid).must(termQuery("text", "w1"));
            case 3 -> boolQuery().filter(hybrid).should(termQuery("text", "w2"));
            case 4 -> nestedQuery("parts", hybrid("parts."), ScoreMode.Max);
            default -> hybrid;
        };
    }

    private static SearchRequestBuilder search(QueryBuilder query) {
        return client().prepareSearch(INDEX).setQuery(query);
    }

    private void concurrent(String mode) {
        assertAcked(client().admin()
                .indices()
                .prepareUpdateSettings(INDEX)
                .setSettings(Settings.builder().put("index.search.concurrent_segment_search.mode", mode)));
    }

    private static void assertSame(SearchHit[] expected, SearchHit[] actual, QueryBuilder query) {
        assertEquals(query.toString(), expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(query + " at " + i, expected[i].getScore(), actual[i].getScore(), 1e-6);
            assertEquals(query + " at " + i, expected[i].getId(), actual[i].getId());
        }
    }

    public void testSkippingAndThreadsChangeNothing() {
        for (int round = 0; round < 25; round++) {
            QueryBuilder query = around(hybrid(""));
            concurrent("none");
            SearchResponse all =
                    search(query).setSize(1000).setTrackTotalHits(true).get();
            assertNoFailures(all);
            int size = randomIntBetween(1, 12);
            SearchHit[] best = Arrays.copyOf(
                    all.getHits().getHits(), Math.min(size, all.getHits().getHits().length));
            for (String mode : List.of("none", "all", "auto")) {
                concurrent(mode);
                assertSame(
                        best,
                        search(query)
                                .setSize(size)
                                .setTrackTotalHits(false)
                                .get()
                                .getHits()
                                .getHits(),
                        query);
                SearchResponse counted =
                        search(query).setSize(size).setTrackTotalHits(true).get();
                assertSame(best, counted.getHits().getHits(), query);
                assertEquals(all.getHits().getTotalHits(), counted.getHits().getTotalHits());
                float least = best.length == 0 ? 0 : best[best.length - 1].getScore() - 1e-6f;
                SearchResponse above = search(query)
                        .setSize(1000)
                        .setMinScore(least)
                        .setTrackTotalHits(false)
                        .get();
                assertSame(best, Arrays.copyOf(above.getHits().getHits(), best.length), query);
            }
        }
    }

    public void testTerminateAfterEndsWithHitsOfTheirFullScores() {
        QueryBuilder query = hybrid("");
        Map<String, Float> scores = new HashMap<>();
        search(query).setSize(1000).get().getHits().forEach(hit -> scores.put(hit.getId(), hit.getScore()));
        SearchResponse early = search(query).setTerminateAfter(15).setSize(5).get();
        assertTrue(early.isTerminatedEarly());
        early.getHits().forEach(hit -> assertEquals(scores.get(hit.getId()), hit.getScore(), 1e-6));
    }

    public void testQueryWithoutAGoodAnswerReturnsNothing() {
        EmbeddingQueryBuilder strict = new EmbeddingQueryBuilder(
                "meaning", QuerySource.vector(vector()), new KnnOptions(20, null, null, 1f, true), null, () -> null);
        QueryBuilder query = new HybridMatchQueryBuilder(matchQuery("text", "absent"), strict, null, 0.5f, false);
        assertEquals(0, search(query).get().getHits().getHits().length);
        assertEquals(0, search(hybrid("")).setMinScore(1).get().getHits().getHits().length);
    }

    /** Without names: OpenSearch itself profiles what looks for named queries, which no collector asked for. */
    public void testProfileTellsWhatWasDone() {
        HybridMatchQueryBuilder query = unnamed("");
        for (String mode : List.of("none", "all")) {
            concurrent(mode);
            SearchResponse response = search(query)
                    .setProfile(true)
                    .setTrackTotalHits(true)
                    .setSize(1000)
                    .get();
            Map<String, Long> told = profiled(response);
            long hits = response.getHits().getTotalHits().value();
            assertEquals(mode, 0L, (long) told.get(SearchCounters.Count.DOCUMENTS_PRUNED.toString()));
            assertTrue(mode + told, told.get(SearchCounters.Count.KNN_VECTORS_VISITED.toString()) >= 20);
            assertTrue(mode + told, told.get(SearchCounters.Count.EXACT_SIMILARITIES.toString()) >= hits);
            long words = search(matchQuery("text", "w0"))
                    .setTrackTotalHits(true)
                    .get()
                    .getHits()
                    .getTotalHits()
                    .value();
            assertTrue(mode + told, told.get(SearchCounters.Count.LEXICAL_DOCUMENTS_SCORED.toString()) >= words);
        }
    }

    /**
     * The same few hits are wanted as without a profile, so that the same is left out; also where OpenSearch puts a filter
     * and a boost around the query.
     */
    public void testProfileTellsWhatTheBestHitsTook() throws Exception {
        String filtered = "with-filters";
        assertAcked(prepareCreate(filtered)
                .setSettings(Settings.builder().put("index.number_of_shards", 1).put("index.number_of_replicas", 0))
                .setMapping("""
                {"properties": {"text": {"type": "text"}, "parts": {"type": "nested"}, "meaning": {"type": "embedding",
                  "model_id": "unknown", "dimensions": %s}}}""".formatted(DIMENSIONS)));
        assertAcked(client().admin()
                .indices()
                .prepareAliases()
                .addAliasAction(
                        AliasActions.add().index(filtered).alias("texts").filter(existsQuery("text"))));
        List<IndexRequestBuilder> documents = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            documents.add(
                    client().prepareIndex(filtered).setSource(Map.of("text", "w0 " + text(), "meaning", vector())));
        }
        indexRandom(true, false, documents);
        for (int round = 0; round < 10; round++) {
            SearchRequestBuilder search = client().prepareSearch(randomFrom(filtered, "texts"))
                    .addIndexBoost(filtered, randomFrom(1, 2))
                    .setQuery(unnamed(""))
                    .setTimeout(SearchService.NO_TIMEOUT) // of which the test cluster may have one
                    .setTrackTotalHits(true)
                    .setSize(3);
            SearchResponse plain = search.get();
            SearchResponse response = search.setProfile(true).get();
            assertSame(
                    plain.getHits().getHits(),
                    response.getHits().getHits(),
                    search.request().source().query());
            assertEquals(300, response.getHits().getTotalHits().value());
            Map<String, Long> told = profiled(response);
            assertTrue(told.toString(), told.get(SearchCounters.Count.DOCUMENTS_PRUNED.toString()) > 0);
            assertTrue(told.toString(), told.get(SearchCounters.Count.EXACT_SIMILARITIES.toString()) < 300);
        }
    }

    private static Map<String, Long> profiled(SearchResponse response) {
        List<Map<String, Long>> hybrid = response.getProfileResults().values().stream()
                .flatMap(shard -> shard.getQueryProfileResults().stream())
                .flatMap(shard -> shard.getQueryResults().stream())
                .flatMap(HybridSearchIT::withChildren)
                .map(ProfileResult::getTimeBreakdown)
                .filter(counts -> counts.containsKey(SearchCounters.Count.DOCUMENTS_PRUNED.toString()))
                .toList();
        assertEquals(1, hybrid.size());
        return hybrid.get(0);
    }

    private static Stream<ProfileResult> withChildren(ProfileResult result) {
        return Stream.concat(
                Stream.of(result), result.getProfiledChildren().stream().flatMap(HybridSearchIT::withChildren));
    }
}
