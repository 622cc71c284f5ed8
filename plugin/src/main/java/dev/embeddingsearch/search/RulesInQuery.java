/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import java.util.Optional;
import org.opensearch.action.IndicesRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.QueryBuilder;

/**
 * Rules of document-level security inside the query of a request. The security plugin puts them there on the coordinating
 * node if a rule has a terms lookup, and then applies no rule on the shards.
 */
public final class RulesInQuery {

    /** The header that marks such a request on all nodes. Our sub-searches inherit the header, but not the query. */
    public static final String HEADER = "_opendistro_security_filter_level_dls_done";

    private RulesInQuery() {}

    public static boolean are(ThreadContext threads) {
        return threads.getHeader(HEADER) != null;
    }

    /**
     * The rules in the query of {@code request}; empty if there are none in it.
     *
     * @throws IllegalArgumentException if the rules are in the query, but cannot be distinguished from the user's query
     */
    public static Optional<QueryBuilder> of(IndicesRequest request, ThreadContext threads) {
        if (!are(threads)) {
            return Optional.empty();
        }
        boolean known = request instanceof SearchRequest search
                && search.source() != null
                && search.source().query() instanceof BoolQueryBuilder bool
                && !bool.should().isEmpty()
                && "1".equals(bool.minimumShouldMatch());
        if (!known) {
            throw new IllegalArgumentException("[fusion] of [" + QueryNames.HYBRID_MATCH
                    + "] expects [score] here, got [rrf]: rules of document-level security are in force that a search of "
                    + "each leg could not be restricted by");
        }
        BoolQueryBuilder bool =
                (BoolQueryBuilder) ((SearchRequest) request).source().query();
        BoolQueryBuilder rules = new BoolQueryBuilder().minimumShouldMatch(bool.minimumShouldMatch());
        bool.should().forEach(rules::should);
        return Optional.of(rules);
    }

    /** {@code query} with {@code rules} as filters. */
    public static QueryBuilder add(Optional<QueryBuilder> rules, QueryBuilder query) {
        return rules.<QueryBuilder>map(
                        each -> new BoolQueryBuilder().must(query).filter(each))
                .orElse(query);
    }
}
