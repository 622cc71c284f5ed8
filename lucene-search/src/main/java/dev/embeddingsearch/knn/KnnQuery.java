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
public final class KnnQuery extends Query implements ScopedQuery {

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
     * @param rescoring how many of these are compared exactly where vectors are quantized; of no effect elsewhere
     * @param minSimilarity the lowest raw similarity (cosine, or Lucene's score for other similarities) to return, or
     *     negative infinity
     * @param exact whether to compare every vector instead of searching the graph
     */
    public record Options(int k, int numCandidates, Rescoring rescoring, double minSimilarity, boolean exact) {

        public Options {
            if (k < 1 || numCandidates < k) {
                throw new IllegalArgumentException("expected 1 <= [k] <= [num_candidates], got k [" + k
                        + "] and num_candidates [" + numCandidates + "]");
            }
            if (rescoring.first() < k || rescoring.first() > numCandidates) {
                throw new IllegalArgumentException("expected k [" + k + "] to num_candidates [" + numCandidates
                        + "] candidates to compare exactly, got [" + rescoring.first() + "]");
            }
        }

        /** All candidates are compared exactly. */
        public Options(int k, int numCandidates, double minSimilarity, boolean exact) {
            this(k, numCandidates, Rescoring.fixed(numCandidates), minSimilarity, exact);
        }

        /** The same with another number of candidates, at least {@code k}. */
        Options withCandidates(int candidates) {
            Rescoring fewer =
                    new Rescoring(Math.min(rescoring.first(), candidates), rescoring.most(), rescoring.recall());
            return new Options(k, candidates, fewer, minSimilarity, exact);
        }
    }

    /**
     * How many candidates are compared exactly.
     *
     * @param first so many in any case
     * @param most so many at most; the graph search goes on until there are as many, where they are needed
     * @param recall compares more until so much of the true nearest is expected to be among them, below 1; 0 compares no
     *     more. What the search of a graph overlooks is not counted
     */
    public record Rescoring(int first, int most, double recall) {

        public Rescoring {
            if (most < first) {
                throw new IllegalArgumentException(
                        "expected [most] >= [first], got [" + most + "] and [" + first + "]");
            }
            if (!(recall >= 0 && recall < 1)) {
                throw new IllegalArgumentException("expected a [recall] of 0 to 1, 1 excluded, got [" + recall + "]");
            }
        }

        /** So many, whatever the comparisons say. */
        public static Rescoring fixed(int candidates) {
            return new Rescoring(candidates, candidates, 0);
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

    @Override
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
