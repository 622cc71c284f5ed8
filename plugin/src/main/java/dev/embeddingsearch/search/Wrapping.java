/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;

/**
 * The filters around a query inside a larger one.
 *
 * @param filters the queries that each hit must match as well
 * @param keepsOrder whether the larger query keeps the order of the hits
 */
record Wrapping(List<Query> filters, boolean keepsOrder) {

    /** The filters around the query in {@code whole} that {@code inner} accepts; empty if there is no such query. */
    static Optional<Wrapping> around(Query whole, Predicate<Query> inner) {
        if (inner.test(whole)) {
            return Optional.of(new Wrapping(List.of(), true));
        }
        return switch (whole) {
            case BoostQuery boosted -> around(boosted.getQuery(), inner);
            case ConstantScoreQuery constant ->
                around(constant.getQuery(), inner).map(found -> new Wrapping(found.filters, false));
            case BooleanQuery bool -> around(bool, inner);
            default -> Optional.empty();
        };
    }

    /** Whether {@link #around} searches inside a query. */
    static boolean hasParts(Query query) {
        return query instanceof BoostQuery || query instanceof ConstantScoreQuery || query instanceof BooleanQuery;
    }

    /** The wrapped query is the last required clause; a filter may be equal to it. */
    private static Optional<Wrapping> around(BooleanQuery bool, Predicate<Query> inner) {
        for (boolean required : new boolean[] {true, false}) {
            for (int i = bool.clauses().size() - 1; i >= 0; i--) {
                BooleanClause clause = bool.clauses().get(i);
                Optional<Wrapping> found = clause.isRequired() == required && !clause.isProhibited()
                        ? around(clause.query(), inner)
                        : Optional.empty();
                if (found.isPresent()) {
                    return Optional.of(found.get().in(bool, clause.occur(), others(bool, i)));
                }
            }
        }
        return Optional.empty();
    }

    private static List<BooleanClause> others(BooleanQuery bool, int place) {
        List<BooleanClause> others = new ArrayList<>(bool.clauses());
        others.remove(place);
        return others;
    }

    private Wrapping in(BooleanQuery bool, Occur occur, List<BooleanClause> others) {
        int least = bool.getMinimumNumberShouldMatch() - (occur == Occur.SHOULD ? 1 : 0);
        BooleanQuery.Builder rest = new BooleanQuery.Builder().setMinimumNumberShouldMatch(Math.max(0, least));
        boolean restricts = false;
        boolean onlyExcludes = true;
        int scoring = 0;
        boolean constant = true;
        for (BooleanClause other : others) {
            if (other.isScoring()) {
                scoring++;
                constant &= other.query() instanceof ConstantScoreQuery && (other.isRequired() || least > 0);
            }
            if (other.occur() != Occur.SHOULD || least > 0) {
                rest.add(other.query(), other.occur() == Occur.MUST ? Occur.FILTER : other.occur());
                restricts = true;
                onlyExcludes &= other.isProhibited();
            }
        }
        if (onlyExcludes) {
            rest.add(MatchAllDocsQuery.INSTANCE, Occur.FILTER);
        }
        List<Query> all = new ArrayList<>(filters);
        if (restricts) {
            all.add(rest.build());
        }
        boolean ordered = occur == Occur.MUST && (scoring == 0 || (scoring == 1 && constant));
        return new Wrapping(List.copyOf(all), keepsOrder && ordered);
    }
}
