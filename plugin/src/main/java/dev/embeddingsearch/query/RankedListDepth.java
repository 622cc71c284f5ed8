/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import org.opensearch.action.IndicesRequest;
import org.opensearch.action.explain.ExplainRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.index.query.QueryCoordinatorContext;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.search.builder.SearchSourceBuilder;

/**
 * How deep the lists go that a {@code hybrid_match} fuses by rank, where its {@code k} is not given. Short lists rank better:
 * two low ranks add up to more than one of the first, and in long lists most documents have two. So a search that uses no more
 * than the first hits has short lists; one that filters, counts or sorts what was fused needs more documents.
 */
final class RankedListDepth {

    /** The shortest lists: up to the second page, the first one has the same hits in the same order. */
    static final int LEAST = 20;

    private static final int DEFAULT_SIZE = 10;

    private RankedListDepth() {}

    static int of(QueryRewriteContext context) {
        QueryCoordinatorContext coordinator = context.convertToCoordinatorContext();
        IndicesRequest request = coordinator == null ? null : coordinator.getSearchRequest();
        if (request instanceof ExplainRequest) {
            return LEAST; // as in the search for the first pages
        }
        return request instanceof SearchRequest search && search.scroll() == null && search.source() != null
                ? of(search.source())
                : KnnOptions.DEFAULT_K;
    }

    private static int of(SearchSourceBuilder source) {
        int size = source.size() < 0 ? DEFAULT_SIZE : source.size();
        return size > 0 && usesFirstHitsOnly(source)
                ? (int) Math.max(LEAST, (long) Math.max(0, source.from()) + size)
                : KnnOptions.DEFAULT_K;
    }

    private static boolean usesFirstHitsOnly(SearchSourceBuilder source) {
        return source.query() instanceof HybridMatchQueryBuilder
                && source.aggregations() == null
                && source.sorts() == null
                && source.collapse() == null
                && source.postFilter() == null
                && source.rescores() == null
                && source.minScore() == null
                && source.searchAfter() == null
                && source.slice() == null;
    }
}
