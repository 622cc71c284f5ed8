/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.opensearch.index.query.QueryBuilders.boolQuery;
import static org.opensearch.index.query.QueryBuilders.constantScoreQuery;
import static org.opensearch.index.query.QueryBuilders.functionScoreQuery;
import static org.opensearch.index.query.QueryBuilders.matchAllQuery;
import static org.opensearch.index.query.QueryBuilders.matchQuery;
import static org.opensearch.index.query.QueryBuilders.nestedQuery;
import static org.opensearch.index.query.QueryBuilders.rangeQuery;
import static org.opensearch.index.query.QueryBuilders.termQuery;
import static org.opensearch.index.query.QueryBuilders.wrapperQuery;

import dev.embeddingsearch.search.HybridScoresExt;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.lucene.search.join.ScoreMode;
import org.opensearch.index.query.InnerHitBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.functionscore.ScoreFunctionBuilders;
import org.opensearch.search.aggregations.AggregationBuilders;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.search.collapse.CollapseBuilder;
import org.opensearch.search.rescore.QueryRescorerBuilder;
import org.opensearch.search.sort.SortBuilders;
import org.opensearch.transport.client.Client;

/** Nothing that a search returns depends on documents and fields that are hidden from its user. */
public class DocumentSecurityIT extends DocumentSecurityTestCase {

    private static final int WORLDS = 6;
    private static final int SEARCHES = Integer.getInteger("tests.searches", 240);

    /** Documents of which a user sees some: with the others, and without. */
    private record World(boolean nested, boolean fieldHidden, Map<String, String> rights) {}

    private World world(int number) {
        int shards = randomIntBetween(1, 2);
        boolean nested = randomBoolean();
        boolean fieldHidden = randomBoolean();
        int groups = randomFrom(2, 4, 40);
        createIndex("all" + number, shards, nested);
        createIndex("seen" + number, shards, nested);
        Map<String, Map<String, Object>> documents = documents(randomIntBetween(50, 300), groups, nested);
        index("all" + number, documents, document -> true);
        if (fieldHidden) {
            documents.values().forEach(document -> document.remove("distant"));
        }
        List<String> visible = randomBoolean() ? List.of("0") : List.of("0", "1");
        index("seen" + number, documents, document -> visible.contains(document.get("group")));
        String[] rules = visible.stream()
                .map(group -> "{\"constant_score\": {\"filter\": {\"term\": {\"group\": \"" + group + "\"}}}}")
                .toArray(String[]::new);
        Map<String, String> rights = new HashMap<>(SecurityStandIn.rule(randomBoolean(), rules));
        if (randomInt(3) == 0) {
            rights.put(SecurityStandIn.RULE_IN_QUERY, rights.remove(SecurityStandIn.RULE));
        }
        if (fieldHidden) {
            rights.put(SecurityStandIn.HIDDEN_FIELDS, "distant");
        }
        return new World(nested, fieldHidden, rights);
    }

    public void testNothingDependsOnWhatIsHidden() throws Exception {
        for (int number = 0; number < WORLDS; number++) {
            World world = world(number);
            Client restricted = as(client(), world.rights());
            for (int i = 0; i < SEARCHES / WORLDS; i++) {
                SearchSourceBuilder source = randomSearch(world);
                String expected = normalized(search(restricted, "seen" + number, source));
                assertEquals(world + " " + source, expected, normalized(search(restricted, "all" + number, source)));
            }
        }
    }

    /** All but times, names of the index and the last digits of numbers. */
    private static String normalized(Map<String, Object> response) {
        response.remove("took");
        return String.valueOf(normalizedValue(response));
    }

    private static Object normalizedValue(Object value) {
        return switch (value) {
            case null -> null;
            case Map<?, ?> map -> {
                Map<String, Object> sorted = new TreeMap<>();
                map.forEach((key, each) -> {
                    if (!Set.of("_index", "_shard", "_node").contains(key)) {
                        sorted.put(key.toString(), normalizedValue(each));
                    }
                });
                yield sorted;
            }
            case List<?> list ->
                list.stream().map(DocumentSecurityIT::normalizedValue).toList();
            case Double number -> Math.round(number * 1e4) / 1e4;
            case String text ->
                text.replaceAll("match id [0-9]+", "match")
                        // Lucene explains scores of nested documents by their numbers in the segment.
                        .replaceAll("in range from [0-9]+ to [0-9]+", "in a range");
            default -> value;
        };
    }

    private static SearchSourceBuilder randomSearch(World world) {
        SearchSourceBuilder source = new SearchSourceBuilder()
                .query(randomQuery(world, 2))
                .size(randomIntBetween(0, 15))
                .from(randomInt(3))
                .fetchSource(false)
                .trackTotalHits(true);
        // Core explains ranges and Boolean queries by what is left of them on the whole shard.
        source.explain(source.query() instanceof EmbeddingQueryBuilder && randomBoolean());
        if (randomBoolean()) {
            source.ext(List.of(new HybridScoresExt(true)));
        }
        switch (randomInt(9)) {
            case 0 -> source.aggregation(AggregationBuilders.filter("near", randomQuery(world, 0)));
            case 1 ->
                source.query(near("meaning"))
                        .aggregation(AggregationBuilders.filter("near", near("meaning"))
                                .subAggregation(AggregationBuilders.topHits("best")
                                        .size(3)
                                        .fetchSource(false)
                                        .sort(SortBuilders.scoreSort())
                                        .sort("n")));
            case 2 -> source.addRescorer(new QueryRescorerBuilder(ours(world)).windowSize(5));
            case 3 -> source.postFilter(ours(world));
            case 4 -> source.sort("n").trackScores(true);
            case 5 -> source.collapse(new CollapseBuilder("tag"));
            case 6 -> source.query(null).aggregation(AggregationBuilders.filter("near", ours(world)));
            default -> {}
        }
        if (randomBoolean()) {
            source.docValueField("distant");
        }
        return source;
    }

    private static QueryBuilder randomQuery(World world, int depth) {
        if (depth == 0) {
            return ours(world);
        }
        return switch (randomInt(6)) {
            case 0 -> boolQuery().must(randomQuery(world, depth - 1)).filter(filter());
            case 1 -> boolQuery().should(randomQuery(world, depth - 1)).should(constantScoreQuery(filter()));
            case 2 -> boolQuery().filter(randomQuery(world, depth - 1)).mustNot(filter());
            case 3 -> functionScoreQuery(randomQuery(world, depth - 1), ScoreFunctionBuilders.weightFactorFunction(2));
            case 4 -> constantScoreQuery(randomQuery(world, depth - 1));
            default -> ours(world);
        };
    }

    private static QueryBuilder filter() {
        return switch (randomInt(3)) {
            case 0 -> termQuery("tag", "t" + randomInt(3));
            case 1 -> rangeQuery("n").gte(randomInt(1_000_000));
            case 2 -> termQuery("group", Integer.toString(randomInt(3)));
            default -> matchQuery("text", "w" + randomInt(5));
        };
    }

    /** Scores of words are not those of BM25: its document frequencies count hidden documents. */
    private static QueryBuilder lexical() {
        return switch (randomInt(3)) {
            case 0 -> constantScoreQuery(filter());
            case 1 -> boolQuery().should(constantScoreQuery(filter())).should(constantScoreQuery(filter()));
            case 2 ->
                functionScoreQuery(constantScoreQuery(filter()), ScoreFunctionBuilders.fieldValueFactorFunction("n"));
            default -> matchAllQuery();
        };
    }

    private static EmbeddingQueryBuilder near(String field) {
        int k = randomFrom(1, 3, 10, 200);
        KnnOptions options = new KnnOptions(
                k, randomBoolean() ? null : 10_000, null, rarely() ? 0.01f : null, randomBoolean() || k > 3);
        EmbeddingQueryBuilder near = new EmbeddingQueryBuilder(
                field, QuerySource.vector(vector()), options, randomBoolean() ? null : filter(), () -> null);
        return near.queryName(randomBoolean() ? null : "near");
    }

    private static QueryBuilder ours(World world) {
        String field = randomBoolean() || world.fieldHidden() ? "meaning" : "distant";
        if (world.fieldHidden() && rarely()) {
            field = "distant";
        }
        if (world.nested() && randomInt(3) == 0) {
            KnnOptions options = new KnnOptions(randomFrom(1, 5, 50), null, null, null, true);
            QueryBuilder parts =
                    new EmbeddingQueryBuilder("parts.meaning", QuerySource.vector(vector()), options, null, () -> null);
            return nestedQuery("parts", parts, ScoreMode.Max)
                    .innerHit(new InnerHitBuilder("parts" + randomAlphaOfLength(6))
                            .setFetchSourceContext(
                                    org.opensearch.search.fetch.subphase.FetchSourceContext.DO_NOT_FETCH_SOURCE));
        }
        if (randomBoolean()) {
            return near(field);
        }
        FusionOptions fusion =
                randomInt(3) == 0 ? new FusionOptions(0.5f, 60) : new FusionOptions(randomFrom(0.2f, 0.5f, 0.9f), null);
        QueryBuilder hybrid =
                new HybridMatchQueryBuilder(lexical(), near(field), randomBoolean() ? null : filter(), fusion, false);
        // Parsed by the node, it knows the plugin's services, so that a single shard ranks both legs itself.
        return fusion.ranks() && randomBoolean() ? wrapperQuery(hybrid.toString()) : hybrid;
    }
}
