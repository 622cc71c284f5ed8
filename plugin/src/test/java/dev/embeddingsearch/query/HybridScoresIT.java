/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.opensearch.index.query.QueryBuilders.boolQuery;
import static org.opensearch.index.query.QueryBuilders.constantScoreQuery;
import static org.opensearch.index.query.QueryBuilders.functionScoreQuery;
import static org.opensearch.index.query.QueryBuilders.matchAllQuery;
import static org.opensearch.index.query.QueryBuilders.matchQuery;
import static org.opensearch.index.query.QueryBuilders.termQuery;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertAcked;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertNoFailures;

import dev.embeddingsearch.EmbeddingSearchPlugin;
import dev.embeddingsearch.mapper.VectorValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressCodecs;
import org.opensearch.action.index.IndexRequestBuilder;
import org.opensearch.action.search.SearchRequestBuilder;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.search.SearchType;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.functionscore.ScoreFunctionBuilders;
import org.opensearch.plugins.Plugin;
import org.opensearch.search.SearchHit;
import org.opensearch.search.aggregations.AggregationBuilders;
import org.opensearch.search.aggregations.bucket.terms.Terms;
import org.opensearch.search.collapse.CollapseBuilder;
import org.opensearch.search.rescore.QueryRescorerBuilder;
import org.opensearch.search.sort.SortOrder;
import org.opensearch.test.InternalSettingsPlugin;
import org.opensearch.test.OpenSearchIntegTestCase;

/** Scores of {@code hybrid_match} against its definition, computed here from the documents, on one and three shards. */
@SuppressCodecs("*") // the index uses its own
@SuppressWarnings("ArrayRecordComponent") // vectors, compared by nobody
@OpenSearchIntegTestCase.ClusterScope(scope = OpenSearchIntegTestCase.Scope.SUITE, numDataNodes = 2)
public class HybridScoresIT extends OpenSearchIntegTestCase {

    /** Enough for cosines that lie so close that a cosine of 1 stands out by 9 standard deviations on every shard. */
    private static final int DIMENSIONS = 256;

    private static final double TOLERANCE = 2e-5;
    private static final List<String> WORDS = List.of("a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7");

    /** What was indexed under an id; text or vector may be missing. */
    private record Doc(List<String> words, float[] vector, String group) {}

    private final Map<String, Doc> documents = new HashMap<>();
    /** All that ever was indexed, what is deleted since included. */
    private final Map<String, Doc> indexed = new HashMap<>();

    private final Map<String, Integer> shards = new HashMap<>();
    private String index;
    private int shardCount;

    @Override
    protected Collection<Class<? extends Plugin>> nodePlugins() {
        return List.of(EmbeddingSearchPlugin.class, InternalSettingsPlugin.class);
    }

    private void load(int numberOfShards) throws Exception {
        index = "scores-" + numberOfShards;
        shardCount = numberOfShards;
        documents.clear();
        indexed.clear();
        shards.clear();
        Settings settings = Settings.builder()
                .put("index.number_of_shards", numberOfShards)
                .put("index.number_of_replicas", 0)
                // Deleted documents stay in the statistics until they are merged away; here they all stay.
                .put("index.merge.enabled", false)
                .build();
        assertAcked(prepareCreate(index).setSettings(settings).setMapping("""
                {"properties": {"text": {"type": "text"}, "group": {"type": "keyword"}, "rank": {"type": "integer"},
                  "meaning": {"type": "embedding", "model_id": "unknown", "dimensions": %s}}}""".formatted(DIMENSIONS)));
        List<IndexRequestBuilder> requests = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            String id = Integer.toString(i);
            documents.put(id, randomDoc());
            requests.add(client().prepareIndex(index).setId(id).setSource(source(i, documents.get(id))));
        }
        indexRandom(true, false, requests);
        ensureGreen(index);
        for (int shard = 0; shard < shardCount; shard++) {
            client().prepareSearch(index)
                    .setPreference("_shards:" + shard)
                    .setSize(1000)
                    .get()
                    .getHits()
                    .forEach(hit -> shards.put(hit.getId(), shardOf(hit)));
        }
        indexed.putAll(documents);
        for (int i = 0; i < 15; i++) {
            String id = randomFrom(documents.keySet().stream().sorted().toList());
            documents.remove(id);
            client().prepareDelete(index, id).get();
        }
        refresh(index);
        assertEquals(indexed.keySet(), shards.keySet());
    }

    private static int shardOf(SearchHit hit) {
        return hit.getShard().getShardId().id();
    }

    private static Doc randomDoc() {
        List<String> words = new ArrayList<>();
        int count = randomInt(9) == 0 ? 0 : randomIntBetween(1, 8);
        for (int i = 0; i < count; i++) {
            words.add(WORDS.get(randomInt(randomInt(WORDS.size() - 1))));
        }
        return new Doc(words, randomInt(9) == 0 ? null : vector(random()), "g" + randomInt(2));
    }

    private static float[] vector(Random random) {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) random.nextGaussian() + 0.4f;
        }
        return vector;
    }

    private static Map<String, Object> source(int rank, Doc doc) {
        Map<String, Object> source = new HashMap<>(Map.of("group", doc.group(), "rank", rank));
        if (!doc.words().isEmpty()) {
            source.put("text", String.join(" ", doc.words()));
        }
        if (doc.vector() != null) {
            source.put("meaning", VectorValue.encode(doc.vector()));
        }
        return source;
    }

    /** A query of random words, vector, weight and filter. */
    private record Search(Set<String> words, float[] vector, float weight, String group) {

        static Search any() {
            Set<String> words = Set.copyOf(randomSubsetOf(randomIntBetween(1, 3), WORDS));
            return new Search(
                    randomBoolean() ? words : Set.of("absent", words.iterator().next()),
                    HybridScoresIT.vector(random()),
                    randomFrom(0f, 0.3f, 0.5f, 1f),
                    randomBoolean() ? null : "g1");
        }

        QueryBuilder lexical() {
            return matchQuery("text", String.join(" ", words));
        }

        HybridMatchQueryBuilder query() {
            EmbeddingQueryBuilder embedding = new EmbeddingQueryBuilder(
                    "meaning",
                    QuerySource.vector(vector),
                    new KnnOptions(1000, null, null, null, false),
                    null,
                    () -> null);
            return new HybridMatchQueryBuilder(
                    lexical(), embedding, group == null ? null : termQuery("group", group), weight, false);
        }
    }

    /** The definition: expected score by id of every document that a search must find. */
    private Map<String, Double> expected(Search search) {
        Map<String, Double> bm25 = new HashMap<>();
        SearchResponse lexical = dfs(search.lexical()).setSize(1000).get();
        lexical.getHits().forEach(hit -> bm25.put(hit.getId(), (double) hit.getScore()));
        long texts =
                indexed.values().stream().filter(doc -> !doc.words().isEmpty()).count();
        double bound = 0;
        for (String word : search.words()) {
            long frequency = indexed.values().stream()
                    .filter(doc -> doc.words().contains(word))
                    .count();
            bound += Math.log(1 + (texts - frequency + 0.5) / (frequency + 0.5));
        }
        Map<Integer, Double> means = new HashMap<>();
        for (int shard = 0; shard < shardCount; shard++) {
            means.put(shard, mean(shard, search.vector()));
        }
        Map<String, Double> expected = new LinkedHashMap<>();
        for (Map.Entry<String, Doc> entry : documents.entrySet()) {
            Doc doc = entry.getValue();
            boolean passes = search.group() == null || search.group().equals(doc.group());
            if (passes && (doc.vector() != null || bm25.containsKey(entry.getKey()))) {
                double mean = means.get(shards.get(entry.getKey()));
                double vector = doc.vector() == null
                        ? 0
                        : Math.pow(Math.max(0, (cosine(search.vector(), doc.vector()) - mean) / (1 - mean)), 2);
                double text = bm25.getOrDefault(entry.getKey(), 0.0) / bound;
                expected.put(entry.getKey(), (1 - search.weight()) * text + search.weight() * vector);
            }
        }
        return expected;
    }

    private double mean(int shard, float[] target) {
        List<Double> cosines = indexed.entrySet().stream()
                .filter(entry -> shards.get(entry.getKey()) == shard)
                .filter(entry -> entry.getValue().vector() != null)
                .map(entry -> cosine(target, entry.getValue().vector()))
                .toList();
        return cosines.stream().mapToDouble(each -> each).sum() / (cosines.size() + 100);
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double lengthA = 0;
        double lengthB = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            lengthA += (double) a[i] * a[i];
            lengthB += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(lengthA * lengthB);
    }

    private SearchRequestBuilder dfs(QueryBuilder query) {
        return client().prepareSearch(index)
                .setSearchType(SearchType.DFS_QUERY_THEN_FETCH)
                .setQuery(query);
    }

    private static void assertHits(Map<String, Double> expected, Iterable<SearchHit> hits) {
        Map<String, Double> actual = new HashMap<>();
        hits.forEach(hit -> actual.put(hit.getId(), (double) hit.getScore()));
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((id, score) -> assertEquals("document " + id, score, actual.get(id), TOLERANCE));
    }

    private static Map<String, Double> mapped(Map<String, Double> scores, UnaryOperator<Double> function) {
        return scores.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> function.apply(e.getValue())));
    }

    public void testOneShard() throws Exception {
        load(1);
        for (int round = 0; round < 10; round++) {
            check(Search.any());
        }
    }

    public void testThreeShards() throws Exception {
        load(3);
        for (int round = 0; round < 10; round++) {
            check(Search.any());
        }
    }

    private void check(Search search) throws IOException {
        Map<String, Double> expected = expected(search);
        // Not with a sort that tracks scores: OpenSearch itself then profiles scorers that no collector asked for.
        SearchResponse all =
                dfs(search.query()).setSize(1000).setProfile(randomBoolean()).get();
        assertNoFailures(all);
        assertHits(expected, all.getHits());
        assertEquals(expected.size(), all.getHits().getTotalHits().value());
        checkInsideOtherQueries(search, expected);
        checkPages(search, all);
        checkSortsAndCounts(search, expected);
        checkExplains(search, expected);
    }

    private void checkInsideOtherQueries(Search search, Map<String, Double> expected) {
        assertHits(
                mapped(expected, score -> 1 + score),
                dfs(boolQuery().must(search.query()).must(constantScoreQuery(matchAllQuery())))
                        .setSize(1000)
                        .get()
                        .getHits());
        assertHits(
                mapped(expected, score -> 3 * score),
                dfs(functionScoreQuery(search.query(), ScoreFunctionBuilders.weightFactorFunction(3)))
                        .setSize(1000)
                        .get()
                        .getHits());
        assertHits(
                mapped(expected, score -> 1.0),
                dfs(constantScoreQuery(search.query())).setSize(1000).get().getHits());
        assertHits(
                mapped(expected, score -> 0.0),
                dfs(boolQuery().filter(search.query())).setSize(1000).get().getHits());
    }

    private void checkPages(Search search, SearchResponse all) {
        List<String> ids = new ArrayList<>();
        all.getHits().forEach(hit -> ids.add(hit.getId()));
        List<String> paged = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += 17) {
            dfs(search.query()).setFrom(from).setSize(17).get().getHits().forEach(hit -> paged.add(hit.getId()));
        }
        assertEquals(ids, paged);
        List<String> scrolled = new ArrayList<>();
        SearchResponse scroll = dfs(search.query())
                .setSize(23)
                .setScroll(TimeValue.timeValueMinutes(1))
                .get();
        while (scroll.getHits().getHits().length > 0) {
            scroll.getHits().forEach(hit -> scrolled.add(hit.getId()));
            scroll = client().prepareSearchScroll(scroll.getScrollId())
                    .setScroll(TimeValue.timeValueMinutes(1))
                    .get();
        }
        clearScroll(scroll.getScrollId());
        assertEquals(Set.copyOf(ids), Set.copyOf(scrolled));
        assertEquals(ids.size(), scrolled.size());
    }

    private void checkSortsAndCounts(Search search, Map<String, Double> expected) {
        SearchResponse sorted = dfs(search.query())
                .setSize(1000)
                .setTrackScores(true)
                .addSort("rank", SortOrder.ASC)
                .addAggregation(AggregationBuilders.terms("groups").field("group"))
                .get();
        assertHits(expected, sorted.getHits());
        assertEquals(
                expected.keySet().stream()
                        .sorted(Comparator.comparingInt(Integer::parseInt))
                        .toList(),
                Arrays.stream(sorted.getHits().getHits()).map(SearchHit::getId).toList());
        Terms groups = sorted.getAggregations().get("groups");
        groups.getBuckets()
                .forEach(bucket -> assertEquals(
                        expected.keySet().stream()
                                .filter(id -> documents.get(id).group().equals(bucket.getKeyAsString()))
                                .count(),
                        bucket.getDocCount()));
        double median = expected.values().stream()
                .sorted()
                .skip(expected.size() / 2)
                .findFirst()
                .orElse(0.0);
        Map<String, Double> above = new HashMap<>(expected);
        above.values().removeIf(score -> score < median + 1e-4);
        assertHits(
                above,
                dfs(search.query())
                        .setSize(1000)
                        .setMinScore((float) median + 1e-4f)
                        .get()
                        .getHits());
        SearchResponse collapsed =
                dfs(search.query()).setCollapse(new CollapseBuilder("group")).get();
        collapsed
                .getHits()
                .forEach(hit -> assertEquals(
                        expected.entrySet().stream()
                                .filter(e -> documents
                                        .get(e.getKey())
                                        .group()
                                        .equals(documents.get(hit.getId()).group()))
                                .mapToDouble(Map.Entry::getValue)
                                .max()
                                .orElseThrow(),
                        hit.getScore(),
                        TOLERANCE));
        assertHits(
                mapped(expected, score -> 2 * score),
                dfs(search.query())
                        .setSize(1000)
                        .setRescorer(new QueryRescorerBuilder(search.query()), 1000)
                        .get()
                        .getHits());
    }

    private void checkExplains(Search search, Map<String, Double> expected) {
        for (SearchHit hit :
                dfs(search.query()).setSize(5).setExplain(true).get().getHits()) {
            assertEquals(
                    expected.get(hit.getId()), hit.getExplanation().getValue().doubleValue(), TOLERANCE);
        }
    }
}
