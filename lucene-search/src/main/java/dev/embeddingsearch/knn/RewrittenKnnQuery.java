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
 * Matches the nearest documents of one reader, which are sought when the first weight is made and kept for later ones.
 *
 * <p>They are not sought when the query is rewritten: a search's timeout and cancellation do not watch at that time.
 */
public final class RewrittenKnnQuery extends Query {

    private final KnnQuery query;
    private final Object readerId;
    private SearchScope.Restriction restriction;
    private KnnQuery restricted;
    private KnnResult found;

    RewrittenKnnQuery(KnnQuery query, IndexSearcher searcher) {
        this.query = query;
        this.readerId = searcher.getTopReaderContext().id();
    }

    /**
     * Seeks them, unless that was done before.
     *
     * @param begun as for {@link KnnQuery#search}
     */
    public synchronized KnnResult find(IndexSearcher searcher, BegunSearch begun) throws IOException {
        if (!readerId.equals(searcher.getTopReaderContext().id())) {
            throw new IllegalStateException("[" + this + "] was rewritten for another reader than it searches");
        }
        SearchScope.Restriction current = query.scope().restriction(searcher);
        if (found == null || !current.equals(restriction)) {
            restriction = current;
            restricted = query.among(current.filter());
            found = restricted.search(searcher, begun).run();
        }
        return found;
    }

    public KnnQuery query() {
        return query;
    }

    /** What was searched with; null before. */
    public synchronized KnnQuery restricted() {
        return restricted;
    }

    @Override
    public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) throws IOException {
        KnnResult nearest = find(searcher, new BegunSearch(query.leg()));
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
                return false; // it depends on what surrounds the query, which no other search may have
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
