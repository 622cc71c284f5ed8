/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ConstantScoreScorer;
import org.apache.lucene.search.ConstantScoreWeight;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.SparseFixedBitSet;

/**
 * Matches the nearest documents of one reader. They are searched for when the first weight is made, and kept for later ones.
 *
 * <p>The search is not part of the rewrite: OpenSearch checks timeouts and cancellation only after it.
 */
public final class RewrittenKnnQuery extends Query implements ScopedQuery {

    private final KnnQuery query;
    private final Object readerId;
    private SearchScope.Restriction restriction;
    private KnnResult found;

    RewrittenKnnQuery(KnnQuery query, IndexSearcher searcher) {
        this.query = query;
        this.readerId = searcher.getTopReaderContext().id();
    }

    /** A search that has its first result: from this call, or from an earlier one with the same restriction. */
    public synchronized KnnSearch search(IndexSearcher searcher) throws IOException {
        if (!readerId.equals(searcher.getTopReaderContext().id())) {
            throw new IllegalStateException("[" + this + "] was rewritten for another reader than it searches");
        }
        SearchScope.Restriction current = query.scope().restriction(searcher);
        KnnQuery restricted = query.among(current.filter());
        if (found != null && current.equals(restriction)) {
            return new KnnSearch(restricted, searcher, found);
        }
        KnnSearch search = new KnnSearch(restricted, searcher);
        found = search.first();
        restriction = current;
        return search;
    }

    public KnnQuery query() {
        return query;
    }

    @Override
    public SearchScope scope() {
        return query.scope();
    }

    @Override
    public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) throws IOException {
        KnnResult nearest = search(searcher).first();
        return new ConstantScoreWeight(this, boost) {
            @Override
            public ScorerSupplier scorerSupplier(LeafReaderContext context) throws IOException {
                int[] documents = nearest.in(context).documents();
                if (documents.length == 0) {
                    return null;
                }
                BitSet bits = new SparseFixedBitSet(context.reader().maxDoc());
                Arrays.stream(documents).forEach(bits::set);
                DocIdSetIterator iterator = new BitSetIterator(bits, documents.length);
                return new DefaultScorerSupplier(new ConstantScoreScorer(boost, scoreMode, iterator));
            }

            @Override
            public boolean isCacheable(LeafReaderContext context) {
                return false; // the restriction around the query is that of one search
            }
        };
    }

    @Override
    public void visit(QueryVisitor visitor) {
        query.visit(visitor);
    }

    @Override
    public String toString(String field) {
        return query.toString(field);
    }

    @Override
    public boolean equals(Object other) {
        return sameClassAs(other)
                && query.equals(((RewrittenKnnQuery) other).query)
                && readerId.equals(((RewrittenKnnQuery) other).readerId);
    }

    @Override
    public int hashCode() {
        return 31 * classHash() + query.hashCode();
    }
}
