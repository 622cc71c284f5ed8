/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import dev.embeddingsearch.hybrid.HybridQuery;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.lucene.queries.function.FunctionScoreQuery;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.opensearch.common.lucene.search.function.ScriptScoreQuery;

/**
 * A hybrid query inside another query.
 *
 * @param boost the product of all boosts around it; 0 where it only filters
 */
record BoostedHybrid(HybridQuery query, float boost) {

    /** The hybrid queries inside {@code query} that may match a hit. */
    static Set<BoostedHybrid> in(Query query) {
        Set<BoostedHybrid> found = new LinkedHashSet<>();
        query.visit(new Search(found, 1));
        return found;
    }

    private static final class Search extends QueryVisitor {
        private final Set<BoostedHybrid> found;
        private final float boost;

        Search(Set<BoostedHybrid> found, float boost) {
            this.found = found;
            this.boost = boost;
        }

        @Override
        public QueryVisitor getSubVisitor(Occur occur, Query parent) {
            if (parent instanceof HybridQuery hybrid) {
                found.add(new BoostedHybrid(hybrid, boost));
            }
            return switch (occur) {
                case MUST_NOT -> EMPTY_VISITOR;
                case FILTER -> new Search(found, 0);
                case MUST, SHOULD -> new Search(found, handedOn(parent));
            };
        }

        /** The boost that {@code parent} makes the weights of its parts with: some queries multiply their parts' scores themselves. */
        private float handedOn(Query parent) {
            if (parent instanceof BoostQuery boosted) {
                return boost * boosted.getBoost();
            }
            boolean plain = parent instanceof HybridQuery
                    || parent instanceof ScriptScoreQuery
                    || parent instanceof FunctionScoreQuery;
            return plain ? 1 : boost;
        }
    }
}
