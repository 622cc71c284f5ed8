/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import java.util.List;
import java.util.function.Consumer;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.Sort;
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

    private static int hits(ScrollContext scroll, Consumer<Search> prepare) {
        Search search = new Search(scroll);
        search.from(0);
        prepare.accept(search);
        return BestHitsOnly.of(search);
    }

    public void testOnePageOfHits() {
        assertEquals(10, hits(null, search -> {}));
        assertEquals(35, hits(null, search -> search.from(25)));
    }

    public void testRescoringTakesMoreHits() {
        assertEquals(60, hits(null, search -> search.rescorers = rescorers(60)));
        assertEquals(10, hits(null, search -> search.rescorers = rescorers(5)));
    }

    private static List<RescoreContext> rescorers(int window) {
        return List.of(new RescoreContext(window, QueryRescorer.INSTANCE));
    }

    public void testWhatElseUsesScoresOrLeavesHitsOut() {
        none(search -> search.size = 0);
        none(search -> search.aggregations(new SearchContextAggregations(AggregatorFactories.EMPTY, null)));
        none(search -> search.sort(new SortAndFormats(new Sort(), new DocValueFormat[] {DocValueFormat.RAW})));
        none(search -> search.collapse(new CollapseContext("group", null, List.of())));
        none(search -> search.parsedPostFilter(ParsedQuery.parsedMatchAllQuery()));
        none(search -> search.minimumScore(0.1f));
        none(search -> search.searchAfter(new FieldDoc(1, 1)));
        none(search -> search.terminateAfter(5));
        none(search -> search.timeout = TimeValue.timeValueSeconds(1));
        assertEquals(0, hits(new ScrollContext(), search -> {}));
    }

    private static void none(Consumer<Search> prepare) {
        assertEquals(0, hits(null, prepare));
    }
}
