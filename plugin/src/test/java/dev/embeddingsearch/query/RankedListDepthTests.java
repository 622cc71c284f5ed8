/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.opensearch.action.IndicesRequest;
import org.opensearch.action.admin.indices.validate.query.ValidateQueryRequest;
import org.opensearch.action.explain.ExplainRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.index.query.BaseQueryRewriteContext;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.MatchAllQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryCoordinatorContext;
import org.opensearch.search.aggregations.AggregationBuilders;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.search.collapse.CollapseBuilder;
import org.opensearch.search.rescore.QueryRescorerBuilder;
import org.opensearch.test.OpenSearchTestCase;

public class RankedListDepthTests extends OpenSearchTestCase {

    private static final QueryBuilder ALL = new MatchAllQueryBuilder();
    private static final HybridMatchQueryBuilder RANKED = new HybridMatchQueryBuilder(
            ALL,
            new EmbeddingQueryBuilder("v", QuerySource.vector(new float[] {1}), KnnOptions.DEFAULT, null, () -> null),
            null,
            new FusionOptions(0.5f, 60),
            false);

    private int depth(IndicesRequest request) {
        return RankedListDepth.of(new QueryCoordinatorContext(
                new BaseQueryRewriteContext(xContentRegistry(), null, null, () -> 0L), request));
    }

    private int depth(SearchSourceBuilder source) {
        return depth(new SearchRequest("a").source(source));
    }

    private static SearchSourceBuilder search() {
        return new SearchSourceBuilder().query(RANKED);
    }

    public void testListsReachTheEndOfThePageAndTheSecondAtLeast() {
        assertEquals(20, depth(search()));
        assertEquals(20, depth(search().size(1)));
        assertEquals(20, depth(search().from(10).size(10)));
        assertEquals(21, depth(search().from(11)));
        assertEquals(300, depth(search().from(100).size(200)));
        assertEquals(20, depth(new ExplainRequest("a", "1")));
    }

    public void testListsAreLongWhereMoreIsUsedThanTheFirstHits() {
        Map<String, Consumer<SearchSourceBuilder>> uses = new LinkedHashMap<>();
        uses.put("count", source -> source.size(0));
        uses.put("inside", source -> source.query(new BoolQueryBuilder().must(RANKED)));
        uses.put(
                "aggregation",
                source -> source.aggregation(AggregationBuilders.terms("n").field("x")));
        uses.put("sort", source -> source.sort("x"));
        uses.put("collapse", source -> source.collapse(new CollapseBuilder("x")));
        uses.put("post_filter", source -> source.postFilter(ALL));
        uses.put("rescore", source -> source.addRescorer(new QueryRescorerBuilder(ALL)));
        uses.put("min_score", source -> source.minScore(0.1f));
        uses.forEach((name, use) -> {
            SearchSourceBuilder source = search();
            use.accept(source);
            assertEquals(name, 100, depth(source));
        });
        SearchRequest scroll = new SearchRequest("a").source(search()).scroll(TimeValue.timeValueMinutes(1));
        assertEquals(100, depth(scroll));
        assertEquals(100, depth(new ValidateQueryRequest("a")));
    }

    public void testAGivenKIsKept() {
        assertEquals(7, new KnnOptions(7, null, null, null, false).depth(300));
        assertEquals(100, new KnnOptions(100, null, null, null, false).depth(20));
        assertEquals(20, KnnOptions.DEFAULT.depth(20));
        assertEquals("never more than the candidates", 150, new KnnOptions(null, 150, null, null, false).depth(300));
    }

    public void testLegFindsAsManyAsAreRanked() {
        KnnOptions few = new KnnOptions(20, null, null, null, false);
        EmbeddingQueryBuilder expected =
                new EmbeddingQueryBuilder("v", QuerySource.vector(new float[] {1}), few, null, () -> null);
        assertEquals(
                Optional.of(new SimilarityQueryBuilder(expected)),
                RANKED.legSearches(20).vector());
        assertNotEquals(RANKED.legSearches(20).vector(), RANKED.legSearches(21).vector());
    }
}
