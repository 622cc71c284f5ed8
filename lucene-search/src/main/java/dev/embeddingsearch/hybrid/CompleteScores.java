/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.SearchCounters;
import java.io.IOException;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.util.IOSupplier;

/** Lexical scores of candidates, by a scorer that never skips. */
@FunctionalInterface
interface CompleteScores {

    /**
     * The raw score of {@code doc}, negative if it does not match.
     *
     * @param doc not smaller than in the call before
     */
    float score(int doc) throws IOException;

    /**
     * Scores by a scorer that the first call makes.
     *
     * @param supplier makes the scorer; returns null where nothing matches
     */
    static CompleteScores by(IOSupplier<Scorer> supplier, SearchCounters.Part work) {
        return new CompleteScores() {
            private boolean asked;
            private Scorer scorer;

            @Override
            public float score(int doc) throws IOException {
                if (!asked) {
                    asked = true;
                    scorer = supplier.get();
                }
                if (scorer == null || advance(scorer.iterator(), doc) != doc) {
                    return -1;
                }
                work.add(SearchCounters.Count.LEXICAL_DOCUMENTS_SCORED);
                return scorer.score();
            }

            private int advance(DocIdSetIterator matches, int doc) throws IOException {
                return matches.docID() < doc ? matches.advance(doc) : matches.docID();
            }
        };
    }
}
