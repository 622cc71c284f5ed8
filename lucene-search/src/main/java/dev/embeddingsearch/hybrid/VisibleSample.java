/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.KnnTarget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;

/**
 * The mean cosine of a query with the vectors that a search may see, of up to 1,024 of them spread evenly over the shard.
 * Which these are depends on nothing that is hidden.
 */
final class VisibleSample {

    private static final int MAX_SAMPLE = 1_024;

    private final KnnTarget target;
    private final List<Leaf> leaves = new ArrayList<>();
    private long count;

    private record Leaf(LeafReaderContext context, FixedBitSet visible) {}

    /**
     * @param filter what visible documents match; null for all that are live
     */
    VisibleSample(KnnTarget target, Query filter, IndexSearcher searcher) throws IOException {
        this.target = target;
        Query visible = filter == null ? MatchAllDocsQuery.INSTANCE : filter;
        Weight weight = searcher.createWeight(searcher.rewrite(visible), ScoreMode.COMPLETE_NO_SCORES, 1);
        for (LeafReaderContext context : searcher.getLeafContexts()) {
            VectorScorer vectors = target.exactScorer(context.reader());
            Scorer scorer = vectors == null ? null : weight.scorer(context);
            if (scorer != null) {
                add(context, vectors.iterator(), scorer.iterator());
            }
        }
    }

    private void add(LeafReaderContext context, DocIdSetIterator vectors, DocIdSetIterator accepted)
            throws IOException {
        FixedBitSet visible = new FixedBitSet(context.reader().maxDoc());
        visible.or(accepted);
        Bits live = context.reader().getLiveDocs();
        FixedBitSet withVector = new FixedBitSet(visible.length());
        for (int doc = vectors.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = vectors.nextDoc()) {
            if (visible.get(doc) && (live == null || live.get(doc))) {
                withVector.set(doc);
                count++;
            }
        }
        leaves.add(new Leaf(context, withVector));
    }

    /** How many vectors are visible. */
    long count() {
        return count;
    }

    /** The mean cosine; 0 where none is visible. */
    double mean() throws IOException {
        long step = Math.max(1, (count + MAX_SAMPLE - 1) / MAX_SAMPLE);
        long seen = 0;
        long sampled = 0;
        double sum = 0;
        for (Leaf leaf : leaves) {
            VectorScorer vectors = target.exactScorer(leaf.context().reader());
            DocIdSetIterator documents = new BitSetIterator(leaf.visible(), 0);
            for (int doc = documents.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = documents.nextDoc()) {
                if (seen++ % step == 0) {
                    vectors.iterator().advance(doc);
                    sum += target.rawSimilarity(vectors.score());
                    sampled++;
                }
            }
        }
        return sampled == 0 ? 0 : sum / sampled;
    }
}
