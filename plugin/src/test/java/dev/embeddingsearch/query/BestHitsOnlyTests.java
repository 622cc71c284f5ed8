/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.fusion.HybridQuery;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.TermQuery;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.index.query.ParsedQuery;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.search.DocValueFormat;
import org.opensearch.search.SearchService;
import org.opensearch.search.aggregations.AggregatorFactories;
import org.opensearch.search.aggregations.SearchContextAggregations;
import org.opensearch.search.collapse.CollapseContext;
import org.opensearch.search.internal.ScrollContext;
import org.opensearch.search.rescore.QueryRescorer;
import org.opensearch.search.rescore.RescoreContext;
import org.opensearch.search.sort.SortAndFormats;
import org.opensearch.test.OpenSearchTestCase;
import org.opensearch.test.TestSearchContext;

/** Only searches that return hits by score, and do nothing else, let matches pass unscored. */
public class BestHitsOnlyTests extends OpenSearchTestCase {

    private static final HybridQuery HYBRID = HybridQuery.lexicalOnly(new TermQuery(new Term("text", "word")), 0.5);

    /** A search for ten hits. */
    private static class Search extends TestSearchContext {
        private TimeValue timeout = SearchService.NO_TIMEOUT;
        private List<RescoreContext> rescorers = List.of();
        private int size = 10;

        Search(ScrollContext scroll) {
            super((QueryShardContext) null, null, null, scroll);
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public TimeValue timeout() {
            return timeout;
        }

        @Override
        public List<RescoreContext> rescore() {
            return rescorers;
        }
    }

    private static Query searched(Query query, ScrollContext scroll, Consumer<Search> prepare) {
        Search search = new Search(scroll);
        search.from(0);
        Map<String, Query> named = Map.of("name", query);
        search.parsedQuery(new ParsedQuery(query, named));
        prepare.accept(search);
        new BestHitsOnly().onPreQueryPhase(search);
        assertSame(named, search.parsedQuery().namedFilters());
        return search.query();
    }

    public void testOnePageOfHits() {
        assertEquals(HYBRID.forBest(10), searched(HYBRID, null, search -> {}));
        assertEquals(HYBRID.forBest(35), searched(HYBRID, null, search -> search.from(25)));
        assertNotEquals(HYBRID.forBest(10), HYBRID.forBest(11));
        assertNotEquals(HYBRID.forBest(10), HYBRID);
    }

    public void testRescoringTakesMoreHits() {
        assertEquals(
                HYBRID.forBest(60),
                searched(
                        HYBRID,
                        null,
                        search -> search.rescorers = List.of(new RescoreContext(60, QueryRescorer.INSTANCE))));
        assertEquals(
                HYBRID.forBest(10),
                searched(
                        HYBRID,
                        null,
                        search -> search.rescorers = List.of(new RescoreContext(5, QueryRescorer.INSTANCE))));
    }

    public void testWhatElseUsesScoresOrLeavesHitsOut() {
        unchanged(search -> search.size = 0);
        unchanged(search -> search.aggregations(new SearchContextAggregations(AggregatorFactories.EMPTY, null)));
        unchanged(search -> search.sort(new SortAndFormats(new Sort(), new DocValueFormat[] {DocValueFormat.RAW})));
        unchanged(search -> search.collapse(new CollapseContext("group", null, List.of())));
        unchanged(search -> search.parsedPostFilter(ParsedQuery.parsedMatchAllQuery()));
        unchanged(search -> search.minimumScore(0.1f));
        unchanged(search -> search.searchAfter(new FieldDoc(1, 1)));
        unchanged(search -> search.terminateAfter(5));
        unchanged(search -> search.timeout = TimeValue.timeValueSeconds(1));
        assertSame(HYBRID, searched(HYBRID, new ScrollContext(), search -> {}));
    }

    private static void unchanged(Consumer<Search> prepare) {
        assertSame(HYBRID, searched(HYBRID, null, prepare));
    }

    public void testOtherQueries() {
        Query other = MatchAllDocsQuery.INSTANCE;
        assertSame(other, searched(other, null, search -> {}));
    }
}
