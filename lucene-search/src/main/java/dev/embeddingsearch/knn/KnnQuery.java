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

    private final KnnTarget target;
    private final Query filter;
    private final Options options;
    /** Part of one search, not of the query: {@link #equals} ignores it. */
    private final SearchScope scope;

    /**
     * How to search for the nearest documents.
     *
     * @param k how many to return at most, at least 1
     * @param numCandidates how many candidates the graph search keeps, at least {@code k}
     * @param rescored how many of these are compared exactly where vectors are quantized, {@code k} to {@code
     *     numCandidates}; of no effect elsewhere
     * @param minSimilarity the lowest raw similarity (cosine, or Lucene's score for other similarities) to return, or
     *     negative infinity
     * @param exact whether to compare every vector instead of searching the graph
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

        /** The same with another number of candidates, at least {@code k}. */
        Options withCandidates(int candidates) {
            return new Options(k, candidates, Math.min(rescored, candidates), minSimilarity, exact);
        }
    }

    /**
     * @param filter which documents may be found, or null for all
     */
    public KnnQuery(KnnTarget target, Query filter, Options options) {
        this(target, filter, options, SearchScope.NONE);
    }

    /**
     * @param filter which documents may be found, or null for all
     * @param scope what surrounds the query
     */
    public KnnQuery(KnnTarget target, Query filter, Options options, SearchScope scope) {
        this.target = Objects.requireNonNull(target);
        this.filter = filter;
        this.options = Objects.requireNonNull(options);
        this.scope = Objects.requireNonNull(scope);
    }

    public KnnTarget target() {
        return target;
    }

    /** Which documents may be found, or null for all. */
    public Query filter() {
        return filter;
    }

    Options options() {
        return options;
    }

    public SearchScope scope() {
        return scope;
    }

    /** The same query, restricted to documents that also match {@code added}; null for no restriction. */
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
        return new KnnQuery(target, both, options, scope);
    }

    /** Rewrites to a query that searches when its weight is made, or to one that matches nothing. */
    @Override
    public Query rewrite(IndexSearcher searcher) throws IOException {
        scope.rewriting();
        if (filter != null && filter.rewrite(searcher) instanceof MatchNoDocsQuery) {
            return new MatchNoDocsQuery("the filter matches nothing");
        }
        // Highlighters rewrite queries on readers of a single text, which have neither vectors nor the field.
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            if (VisibleVectors.of(leaf.reader(), target.field()) != null) {
                return new RewrittenKnnQuery(this, searcher);
            }
        }
        return new MatchNoDocsQuery("field [" + target.field() + "] has no vectors");
    }

    @Override
    public void visit(QueryVisitor visitor) {
        if (visitor.acceptField(target.field())) {
            visitor.visitLeaf(this);
        }
    }

    @Override
    public String toString(String field) {
        return "KnnQuery:" + target + "[" + options + "]" + (filter == null ? "" : "[" + filter + "]");
    }

    @Override
    public boolean equals(Object other) {
        return sameClassAs(other)
                && target.equals(((KnnQuery) other).target)
                && Objects.equals(filter, ((KnnQuery) other).filter)
                && options.equals(((KnnQuery) other).options);
    }

    @Override
    public int hashCode() {
        return Objects.hash(classHash(), target, filter, options);
    }
}
