/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.fusion.HybridQuery;
import org.opensearch.index.query.ParsedQuery;
import org.opensearch.index.shard.SearchOperationListener;
import org.opensearch.search.SearchService;
import org.opensearch.search.internal.SearchContext;
import org.opensearch.search.rescore.RescoreContext;

/**
 * Tells a hybrid query how many hits its shard is going to return, where nothing else is made of its matches: no
 * aggregation, sort or filter, nor a search that may stop half-way. It then compares few vectors besides those of the best
 * hits, even while all others are counted.
 */
public final class BestHitsOnly implements SearchOperationListener {

    @Override
    public void onPreQueryPhase(SearchContext context) {
        if (context.query() instanceof HybridQuery hybrid && usesBestHitsOnly(context)) {
            context.parsedQuery(new ParsedQuery(hybrid.forBest(hits(context)), context.parsedQuery()));
        }
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
        return context.scrollContext() == null && context.searchAfter() == null && context.isStreamSearch() == false;
    }

    private static boolean endsComplete(SearchContext context) {
        boolean timed = context.timeout() != null && context.timeout().equals(SearchService.NO_TIMEOUT) == false;
        return timed == false && context.terminateAfter() == SearchContext.DEFAULT_TERMINATE_AFTER;
    }
}
