/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import java.util.List;
import java.util.Optional;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.opensearch.test.OpenSearchTestCase;

/** What is read off a query that others have wrapped around that of the user. */
public class WrappingTests extends OpenSearchTestCase {

    private static final Query INNER = term("inner");

    private static Query term(String word) {
        return new TermQuery(new Term("f", word));
    }

    @SuppressWarnings("ReferenceEquality") // an equal query is another
    private static Optional<Wrapping> around(Query whole) {
        return Wrapping.around(whole, query -> query == INNER);
    }

    private static BooleanQuery.Builder bool() {
        return new BooleanQuery.Builder();
    }

    public void testNothingAround() {
        assertEquals(Optional.of(new Wrapping(List.of(), true)), around(INNER));
        assertEquals(Optional.of(new Wrapping(List.of(), true)), around(new BoostQuery(INNER, 2)));
        assertEquals(Optional.empty(), around(term("inner")));
        assertEquals(Optional.empty(), around(new DisjunctionMaxQuery(List.of(INNER), 0)));
    }

    public void testFilters() {
        Query whole = bool().add(INNER, Occur.MUST)
                .add(term("a"), Occur.FILTER)
                .add(term("b"), Occur.MUST_NOT)
                .add(term("c"), Occur.SHOULD)
                .build();
        Query rest = bool().add(term("a"), Occur.FILTER)
                .add(term("b"), Occur.MUST_NOT)
                .build();
        assertEquals(Optional.of(new Wrapping(List.of(rest), false)), around(whole));
        Query without =
                bool().add(INNER, Occur.MUST).add(term("b"), Occur.MUST_NOT).build();
        Query others = bool().add(term("b"), Occur.MUST_NOT)
                .add(MatchAllDocsQuery.INSTANCE, Occur.FILTER)
                .build();
        assertEquals(Optional.of(new Wrapping(List.of(others), true)), around(without));
    }

    /** The security plugin's rules are clauses of which one must match. */
    public void testOneOfSeveralRules() {
        Query rule = new ConstantScoreQuery(term("a"));
        Query other = new ConstantScoreQuery(term("b"));
        Query one = bool().setMinimumNumberShouldMatch(1)
                .add(rule, Occur.SHOULD)
                .add(INNER, Occur.MUST)
                .build();
        Query rest =
                bool().setMinimumNumberShouldMatch(1).add(rule, Occur.SHOULD).build();
        assertEquals(Optional.of(new Wrapping(List.of(rest), true)), around(one));
        Query two = bool().setMinimumNumberShouldMatch(1)
                .add(rule, Occur.SHOULD)
                .add(other, Occur.SHOULD)
                .add(INNER, Occur.MUST)
                .build();
        assertFalse(
                "those that match both rules score more",
                around(two).orElseThrow().keepsOrder());
    }

    public void testOneAmongOthersIsNotRestrictedByThem() {
        Query whole =
                bool().add(INNER, Occur.SHOULD).add(term("a"), Occur.SHOULD).build();
        assertEquals(Optional.of(new Wrapping(List.of(), false)), around(whole));
        Query required =
                bool().add(INNER, Occur.SHOULD).add(term("a"), Occur.MUST).build();
        Query rest = bool().add(term("a"), Occur.FILTER).build();
        assertEquals(Optional.of(new Wrapping(List.of(rest), false)), around(required));
    }

    public void testRulesAroundRulesAreAllTold() {
        Query inside =
                bool().add(INNER, Occur.MUST).add(term("a"), Occur.FILTER).build();
        Query whole = bool().add(new BoostQuery(inside, 2), Occur.MUST)
                .add(term("b"), Occur.FILTER)
                .build();
        assertEquals(2, around(whole).orElseThrow().filters().size());
    }
}
