/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import org.opensearch.search.SearchService;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.search.internal.SearchContext;
import org.opensearch.search.rescore.RescoreContext;

/**
 * The number of hits that a shard returns, if the search uses its matches for nothing else: no aggregation, sort, filter or
 * early termination. A hybrid query then reads few vectors besides those of the best hits, even while all matches are
 * counted.
 */
final class BestHitsOnly {

    private BestHitsOnly() {}

    /** The number of hits; 0 where the search uses its matches for something else. */
    static int of(SearchContext context) {
        return usesBestHitsOnly(context) ? hits(context) : 0;
    }

    private static int hits(SearchContext context) {
        return Math.max(
                context.from() + context.size(),
                context.rescore().stream()
                        .mapToInt(RescoreContext::getWindowSize)
                        .max()
                        .orElse(0));
    }

    private static boolean usesBestHitsOnly(SearchContext context) {
        return context.size() > 0
                && context.aggregations() == null
                && context.sort() == null
                && context.collapse() == null
                && context.parsedPostFilter() == null
                && context.minimumScore() == null
                && isOnePage(context)
                && endsComplete(context);
    }

    private static boolean isOnePage(SearchContext context) {
        SearchSourceBuilder source =
                context.request() == null ? null : context.request().source();
        return context.scrollContext() == null
                && context.searchAfter() == null
                && !context.isStreamSearch()
                && (source == null || source.slice() == null);
    }

    private static boolean endsComplete(SearchContext context) {
        boolean timed = context.timeout() != null && !context.timeout().equals(SearchService.NO_TIMEOUT);
        return !timed && context.terminateAfter() == SearchContext.DEFAULT_TERMINATE_AFTER;
    }
}
