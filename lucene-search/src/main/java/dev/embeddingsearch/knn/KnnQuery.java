/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import dev.embeddingsearch.vectors.flat.VisibleVectors;
import java.io.IOException;
import java.util.Objects;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;

/** The {@code k} documents of a shard nearest to the query's vector, by graph or by an exact scan. */
public final class KnnQuery extends Query {

    private final KnnTarget leg;
    private final Query filter;
    private final Options options;
    /** Belongs to one search, not to what the query says: it has no part in {@link #equals}. */
    private final SearchScope scope;

    /**
     * How the nearest documents are sought.
     *
     * @param k how many to return at most, at least 1
     * @param numCandidates how many the graph search keeps in view, at least {@code k}
     * @param rescored how many of these are compared exactly where vectors are quantised, {@code k} to {@code
     *     numCandidates}; of no effect elsewhere
     * @param minSimilarity the lowest raw similarity (cosine, or Lucene's score for other similarities) to return, or
     *     negative infinity
     * @param exact whether to compare with every vector instead of walking the graph
     */
    public record Options(int k, int numCandidates, int rescored, double minSimilarity, boolean exact) {

        public Options {
            if (k < 1 || numCandidates < k) {
                throw new IllegalArgumentException("expected 1 <= [k] <= [num_candidates], got k [" + k
                        + "] and num_candidates [" + numCandidates + "]");
            }
            if (rescored < k || rescored > numCandidates) {
                throw new IllegalArgumentException("expected k [" + k + "] to num_candidates [" + numCandidates
                        + "] candidates to compare exactly, got [" + rescored + "]");
            }
        }

        /** All candidates are compared exactly. */
        public Options(int k, int numCandidates, double minSimilarity, boolean exact) {
            this(k, numCandidates, numCandidates, minSimilarity, exact);
        }
    }

    /**
     * @param filter which documents may be found, or null for all
     */
    public KnnQuery(KnnTarget leg, Query filter, Options options) {
        this(leg, filter, options, SearchScope.NONE);
    }

    /**
     * @param filter which documents may be found, or null for all
     * @param scope what surrounds the query
     */
    public KnnQuery(KnnTarget leg, Query filter, Options options, SearchScope scope) {
        this.leg = Objects.requireNonNull(leg);
        this.filter = filter;
        this.options = Objects.requireNonNull(options);
        this.scope = Objects.requireNonNull(scope);
    }

    public KnnTarget leg() {
        return leg;
    }

    /** Which documents may be found, or null for all. */
    public Query filter() {
        return filter;
    }

    public Options options() {
        return options;
    }

    public SearchScope scope() {
        return scope;
    }

    /** The same among fewer documents: those that also match {@code added}, or null for no fewer. */
    KnnQuery among(Query added) {
        if (added == null) {
            return this;
        }
        Query both = filter == null
                ? added
                : new BooleanQuery.Builder()
                        .add(filter, Occur.FILTER)
                        .add(added, Occur.FILTER)
                        .build();
        return new KnnQuery(leg, both, options, scope);
    }

    /**
     * One run over a shard.
     *
     * @param begun searches for the same vector that this one continues, with the same filter and the same reader
     */
    public KnnSearch search(IndexSearcher searcher, BegunSearch begun) throws IOException {
        return new KnnSearch(leg, filter, options, searcher, begun);
    }

    /** The same with so many candidates, at least {@code k}. */
    public KnnQuery among(int candidates) {
        return new KnnQuery(
                leg,
                filter,
                new Options(
                        options.k(),
                        candidates,
                        Math.min(options.rescored(), candidates),
                        options.minSimilarity(),
                        options.exact()),
                scope);
    }

    /** To a query that searches when it is weighed, except where there is nothing to search. */
    @Override
    public Query rewrite(IndexSearcher searcher) throws IOException {
        scope.rewriting();
        if (filter != null && filter.rewrite(searcher) instanceof MatchNoDocsQuery) {
            return new MatchNoDocsQuery("the filter matches nothing");
        }
        // Highlighters rewrite queries on readers of a single text, which know neither vectors nor their field.
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            if (VisibleVectors.of(leaf.reader(), leg.field()) != null) {
                return new RewrittenKnnQuery(this, searcher);
            }
        }
        return new MatchNoDocsQuery("field [" + leg.field() + "] has no vectors");
    }

    @Override
    public void visit(QueryVisitor visitor) {
        if (visitor.acceptField(leg.field())) {
            visitor.visitLeaf(this);
        }
    }

    @Override
    public String toString(String field) {
        return "KnnQuery:" + leg + "[" + options + "]" + (filter == null ? "" : "[" + filter + "]");
    }

    @Override
    public boolean equals(Object other) {
        return sameClassAs(other)
                && leg.equals(((KnnQuery) other).leg)
                && Objects.equals(filter, ((KnnQuery) other).filter)
                && options.equals(((KnnQuery) other).options);
    }

    @Override
    public int hashCode() {
        return Objects.hash(classHash(), leg, filter, options);
    }
}
