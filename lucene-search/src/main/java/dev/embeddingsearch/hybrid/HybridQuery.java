/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnResult;
import dev.embeddingsearch.knn.KnnSearch;
import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.knn.RewrittenKnnQuery;
import dev.embeddingsearch.knn.ScopedQuery;
import dev.embeddingsearch.knn.SearchCounters;
import dev.embeddingsearch.knn.SearchScope;
import dev.embeddingsearch.knn.UnprofiledSearcher;
import java.io.IOException;
import java.util.Objects;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Weight;

/**
 * Matches what its lexical query matches and what its kNN query finds, and scores every such document completely:
 * {@code score(d) = (1 - w) * lexical(d) + w * vector(d)}, both in [0, 1].
 *
 * <ul>
 *   <li>{@code lexical(d) = BM25(d) / U}, with {@code U} the {@link LexicalBound} of the lexical query; 0 where it does
 *       not match.
 *   <li>{@code vector(d)} is the exact similarity of the document's stored vector, mapped by {@link Calibration}; 0
 *       where it has none.
 * </ul>
 *
 * <p>A score therefore depends neither on which leg found the document nor on how many hits are requested. The kNN search
 * runs when the first weight of the rewritten query is made, for the reader that the query was rewritten with.
 */
public final class HybridQuery extends Query implements ScopedQuery {

    private final Lexical lexical;
    private final Query knn;
    private final KnnTarget target;
    private final double vectorWeight;
    private final boolean oneFilter;
    private final int hits;
    /** Part of one search, not of the query: {@link #equals} ignores it. */
    private final SearchScope scope;

    private final SearchCounters work = new SearchCounters();

    /** The lexical query, and the one given to the constructor, which no reader has rewritten. */
    private record Lexical(Query query, Query given) {

        static Lexical of(Query given) {
            return new Lexical(Objects.requireNonNull(given), given);
        }

        @SuppressWarnings("ReferenceEquality") // an unchanged query rewrites to itself
        Lexical rewrite(IndexSearcher searcher) throws IOException {
            Query rewritten = query.rewrite(searcher);
            return rewritten == query ? this : new Lexical(rewritten, given);
        }
    }

    /**
     * @param lexical the lexical query, filters included; {@link MatchNoDocsQuery} for none
     * @param knn finds the nearest documents, under the same filters: a {@link KnnQuery}, or
     *     {@link MatchNoDocsQuery} for none
     * @param target the field and the vector that {@code knn} compares
     * @param vectorWeight weight {@code w} of the vector leg, in [0, 1]
     */
    public HybridQuery(Query lexical, Query knn, KnnTarget target, double vectorWeight) {
        this(
                Lexical.of(lexical),
                knn,
                target,
                vectorWeight,
                knn instanceof KnnQuery top && restricts(top.filter(), lexical),
                0,
                knn instanceof KnnQuery top ? top.scope() : SearchScope.NONE);
    }

    /**
     * @param oneFilter whether every lexical match satisfies the filter of {@code knn}. A match that does not may be more
     *     similar than everything that {@code knn} finds
     * @param hits as in {@link #forBest}; 0 for any
     */
    private HybridQuery(
            Lexical lexical,
            Query knn,
            KnnTarget target,
            double vectorWeight,
            boolean oneFilter,
            int hits,
            SearchScope scope) {
        if (!(vectorWeight >= 0 && vectorWeight <= 1)) {
            throw new IllegalArgumentException(
                    "[vector_weight] expects a number from 0 to 1, got [" + vectorWeight + "]");
        }
        this.lexical = lexical;
        this.knn = Objects.requireNonNull(knn);
        this.target = Objects.requireNonNull(target);
        this.vectorWeight = vectorWeight + 0.0; // -0.0 is no other weight than 0
        this.oneFilter = oneFilter;
        this.hits = hits;
        this.scope = scope;
    }

    private static boolean restricts(Query filter, Query lexical) {
        return filter == null
                || filter.equals(lexical)
                || (lexical instanceof BooleanQuery bool
                        && bool.clauses().stream()
                                .anyMatch(clause -> clause.isRequired() && filter.equals(clause.query())));
    }

    /** A query on vectors alone: its score is {@code vector(d)}. */
    public static HybridQuery vectorOnly(Query knn, KnnTarget target) {
        return new HybridQuery(MatchNoDocsQuery.INSTANCE, knn, target, 1);
    }

    /** A query whose vector leg has nothing to compare with: its score is {@code (1 - w) * lexical(d)}. */
    public static HybridQuery lexicalOnly(Query lexical, double vectorWeight, SearchScope scope) {
        return new HybridQuery(
                Lexical.of(lexical), MatchNoDocsQuery.INSTANCE, KnnTarget.NONE, vectorWeight, false, 0, scope);
    }

    /**
     * This query for a search that uses only its {@code hits} best matches, their scores, and the number of matches. It
     * reads few vectors of the other matches, and their scores are too low. It must be the whole query of the search, not a
     * part of another query, and the search must have no filter, aggregation, sort or minimum score.
     *
     * @param hits how many, at least 1
     */
    public HybridQuery forBest(int hits) {
        return new HybridQuery(lexical, knn, target, vectorWeight, oneFilter, hits, scope);
    }

    /** How many of the best matches the search uses; 0 for all. */
    int hits() {
        return hits > 0 ? hits : scope.bestHits();
    }

    @Override
    public SearchScope scope() {
        return scope;
    }

    /** Whether {@code query} is, or contains, a query of ours that has this scope. */
    public static boolean within(Query query, SearchScope scope) {
        boolean[] found = {isOf(query, scope)};
        query.visit(new QueryVisitor() {
            @Override
            public QueryVisitor getSubVisitor(Occur occur, Query parent) {
                found[0] |= isOf(parent, scope);
                return this;
            }

            @Override
            public void visitLeaf(Query leaf) {
                found[0] |= isOf(leaf, scope);
            }
        });
        return found[0];
    }

    /** Whether {@code query} is a query of ours that has this scope. */
    @SuppressWarnings("ReferenceEquality") // each query of each search has a scope of its own
    public static boolean isOf(Query query, SearchScope scope) {
        return query instanceof ScopedQuery scoped && scoped.scope() == scope;
    }

    Query lexical() {
        return lexical.query;
    }

    /**
     * The bound that no lexical score exceeds.
     *
     * @param filter documents whose scores may be computed for it; null for all
     */
    LexicalBound lexicalBound(Query filter, IndexSearcher searcher) {
        return new LexicalBound(lexical.given, filter, searcher, work);
    }

    public KnnTarget target() {
        return target;
    }

    double vectorWeight() {
        return vectorWeight;
    }

    /** Counters of the searches with this instance; a rewritten query is another instance. */
    public SearchCounters work() {
        return work;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // an unchanged query rewrites to itself
    public Query rewrite(IndexSearcher searcher) throws IOException {
        scope.rewriting();
        if (scope.asksForMatches(searcher)) {
            return eitherLeg();
        }
        Lexical rewrittenLexical = lexical.rewrite(searcher);
        Query rewrittenKnn = knn.rewrite(searcher);
        if (rewrittenLexical == lexical && rewrittenKnn == knn) {
            return matchesNothing(lexical.query) && matchesNothing(knn) ? MatchNoDocsQuery.INSTANCE : this;
        }
        return new HybridQuery(rewrittenLexical, rewrittenKnn, target, vectorWeight, oneFilter, hits, scope);
    }

    private static boolean matchesNothing(Query query) {
        return query instanceof MatchNoDocsQuery;
    }

    @Override
    public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) throws IOException {
        if (scoreMode.needsScores()) {
            return new HybridWeight(this, searcher, scoreMode, boost);
        }
        return searcher.createWeight(searcher.rewrite(eitherLeg()), scoreMode, boost);
    }

    /** The same matches without their scores, as a query that highlighters understand. */
    private Query eitherLeg() {
        return new BooleanQuery.Builder()
                .add(lexical.query, Occur.SHOULD)
                .add(knn, Occur.SHOULD)
                .build();
    }

    /**
     * Breaks the scores of single documents down to their legs. For a rewritten query.
     *
     * @param boost the product of all boosts around this query
     */
    public LegScores.Source legScores(IndexSearcher searcher, float boost) throws IOException {
        return new HybridWeight(this, new UnprofiledSearcher(searcher), ScoreMode.COMPLETE, boost);
    }

    /** The lexical leg's weight; its scorer skips only where the collector allows that. */
    Weight lexicalWeight(IndexSearcher searcher, ScoreMode scoreMode) throws IOException {
        ScoreMode mode = scoreMode == ScoreMode.TOP_SCORES ? scoreMode : ScoreMode.COMPLETE;
        return searcher.createWeight(lexical.query, mode, 1);
    }

    /** A search for what the vector leg matches. */
    KnnSearch knnSearch(IndexSearcher searcher) throws IOException {
        if (matchesNothing(knn)) {
            return KnnSearch.none(target, searcher);
        }
        if (!(knn instanceof RewrittenKnnQuery rewritten)) {
            throw new IllegalStateException("[" + this + "] was not rewritten, or its kNN query is of another kind");
        }
        return rewritten.search(searcher);
    }

    /** What the vector leg matches. It bounds the similarity of other documents only where both legs have one filter. */
    KnnResult nearest(KnnSearch search) throws IOException {
        return oneFilter ? search.first() : search.first().unbounded();
    }

    /** Whether extending {@code search} to more candidates gives a lower bound of the similarity of other documents. */
    boolean isExtensible(KnnSearch search) {
        return oneFilter && knn instanceof RewrittenKnnQuery && search.isExtensible();
    }

    @Override
    public void visit(QueryVisitor visitor) {
        QueryVisitor either = visitor.getSubVisitor(Occur.SHOULD, this);
        lexical.query.visit(either);
        knn.visit(either);
    }

    @Override
    public String toString(String field) {
        return "HybridQuery(" + lexical.query.toString(field) + " | " + knn.toString(field) + ")*" + vectorWeight;
    }

    @Override
    public boolean equals(Object other) {
        return sameClassAs(other)
                && vectorWeight == ((HybridQuery) other).vectorWeight
                && target.equals(((HybridQuery) other).target)
                && oneFilter == ((HybridQuery) other).oneFilter
                && hits == ((HybridQuery) other).hits
                && lexical.query.equals(((HybridQuery) other).lexical.query)
                && knn.equals(((HybridQuery) other).knn);
    }

    @Override
    public int hashCode() {
        return Objects.hash(classHash(), lexical.query, knn, target, vectorWeight, oneFilter, hits);
    }
}
