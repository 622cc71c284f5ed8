/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import java.io.IOException;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.util.IOSupplier;

/**
 * Lexical scores of single documents, whatever a skipping scorer beside it has left out: of those that the vector leg
 * found. Its scorer never skips and is made when the first document is asked for.
 */
final class CompleteScores {

    private final IOSupplier<Scorer> supplier;
    private Scorer scorer;

    /**
     * @param supplier makes a scorer, or null where nothing matches
     */
    CompleteScores(IOSupplier<Scorer> supplier) {
        this.supplier = supplier;
    }

    /**
     * The raw score of {@code doc}, 0 if it does not match.
     *
     * @param doc not smaller than in the call before
     */
    float score(int doc) throws IOException {
        if (scorer == null) {
            scorer = supplier.get();
        }
        DocIdSetIterator matches = scorer.iterator();
        int match = matches.docID() < doc ? matches.advance(doc) : matches.docID();
        return match == doc ? scorer.score() : 0;
    }
}
