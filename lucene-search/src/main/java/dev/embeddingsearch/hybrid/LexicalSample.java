/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.SearchCounters;
import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.TwoPhaseIterator;
import org.apache.lucene.search.Weight;

/**
 * A sample of the scores of a lexical query's matches, spread evenly over the documents of a shard. At each of 128 places the
 * next document of the query's approximation is tested once, so that the cost is small even for queries whose approximation
 * seldom matches, such as phrases.
 */
final class LexicalSample {

    private static final int PLACES = 128;

    private final float[] scores = new float[PLACES];
    private int count;

    LexicalSample(Weight lexical, IndexSearcher searcher, SearchCounters.Part work) throws IOException {
        int step = Math.max(1, searcher.getIndexReader().maxDoc() / PLACES);
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            int first = Math.floorMod(-leaf.docBase, step);
            ScorerSupplier supplier = first < leaf.reader().maxDoc() ? lexical.scorerSupplier(leaf) : null;
            if (supplier != null) {
                add(supplier.get(PLACES), first, step, leaf.reader().maxDoc());
            }
        }
        work.add(SearchCounters.Count.LEXICAL_DOCUMENTS_SCORED, count);
    }

    private void add(Scorer scorer, int first, int step, int end) throws IOException {
        TwoPhaseIterator check = scorer.twoPhaseIterator();
        DocIdSetIterator candidates = check == null ? scorer.iterator() : check.approximation();
        for (int place = first; place < end && count < PLACES; place += step) {
            if (candidates.docID() >= place) {
                continue; // tested for the place before
            }
            if (candidates.advance(place) == DocIdSetIterator.NO_MORE_DOCS) {
                return;
            }
            if (check == null || check.matches()) {
                scores[count++] = scorer.score();
            }
        }
    }

    /** About which part of the matches has a normalized score of at least {@code least}, in [0, 1]. */
    double share(double least, LinearFusion fusion) {
        int reaching = 0;
        for (int i = 0; i < count; i++) {
            reaching += fusion.normalize(scores[i]) >= least ? 1 : 0;
        }
        return count == 0 ? 0 : (double) reaching / count;
    }
}
