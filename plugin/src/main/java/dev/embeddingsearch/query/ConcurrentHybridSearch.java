/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import java.util.Optional;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.search.deciders.ConcurrentSearchDecision;
import org.opensearch.search.deciders.ConcurrentSearchDecision.DecisionStatus;
import org.opensearch.search.deciders.ConcurrentSearchRequestDecider;

/**
 * Enables concurrent segment search, in its mode {@code auto}, for searches with a query of this plugin: comparing vectors
 * is worth several threads, and no hit depends on how many there are.
 */
public final class ConcurrentHybridSearch extends ConcurrentSearchRequestDecider {

    private boolean ours;

    public static Factory factory() {
        return new Factory() {
            @Override
            public Optional<ConcurrentSearchRequestDecider> create(IndexSettings settings) {
                return Optional.of(new ConcurrentHybridSearch());
            }
        };
    }

    @Override
    public void evaluateForQuery(QueryBuilder query, IndexSettings settings) {
        ours |= query instanceof HybridMatchQueryBuilder || query instanceof EmbeddingQueryBuilder;
    }

    @Override
    public ConcurrentSearchDecision getConcurrentSearchDecision() {
        return ours
                ? new ConcurrentSearchDecision(DecisionStatus.YES, "the search compares vectors")
                : new ConcurrentSearchDecision(DecisionStatus.NO_OP, "the search has no query of ours");
    }
}
