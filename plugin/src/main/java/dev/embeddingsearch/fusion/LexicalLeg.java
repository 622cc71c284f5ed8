/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import java.io.IOException;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.util.IOSupplier;

/**
 * The lexical matches of one segment with scores in [0, 1], fewer and fewer of them as the required score rises.
 *
 * <p>A document that the skipping scorer left out may still be asked for, because the vector leg found it: a second
 * scorer, which never skips, is made for these when the first of them comes.
 */
final class LexicalLeg {

    /** Keeps a document whose score rounding has moved below the required one. */
    private static final double SLACK = 1 - 1e-6;

    private final Scorer skipping;
    private final IOSupplier<Scorer> complete;
    private final DocIdSetIterator documents;
    private final HybridScorer.Fusion fusion;
    private Scorer beside;
    private float minimum;
    private boolean exhausted;
    private int scored = -1;
    private double score;

    /**
     * @param skipping walks the matches, or null where there are none
     * @param complete makes another scorer of the same matches
     */
    LexicalLeg(Scorer skipping, IOSupplier<Scorer> complete, HybridScorer.Fusion fusion) {
        this.skipping = skipping;
        this.complete = complete;
        this.documents = skipping == null ? DocIdSetIterator.empty() : skipping.iterator();
        this.fusion = fusion;
    }

    Scorer scorer() {
        return skipping;
    }

    long cost() {
        return documents.cost();
    }

    /** The first match at or after {@code target} that may reach the required score. */
    int advance(int target) throws IOException {
        if (exhausted) {
            return DocIdSetIterator.NO_MORE_DOCS;
        }
        return documents.docID() < target ? documents.advance(target) : documents.docID();
    }

    /** The score of {@code doc}, 0 if it does not match; documents are asked for in increasing order. */
    double score(int doc) throws IOException {
        if (scored != doc) {
            score = compute(doc);
            scored = doc;
        }
        return score;
    }

    private double compute(int doc) throws IOException {
        if (skipping != null && documents.docID() == doc) {
            float raw = skipping.score();
            if (raw >= minimum) {
                return fusion.normalise(raw);
            }
        }
        return skipping == null || missed() == 0 ? 0 : scoreBeside(doc);
    }

    /**
     * The score of the match stopped at, or less if it does not reach the required one: a disjunction whose clauses skip
     * each for themselves may have lost the clause that scores it best.
     */
    double skippingScore() throws IOException {
        return fusion.normalise(skipping.score());
    }

    private double scoreBeside(int doc) throws IOException {
        if (beside == null) {
            beside = complete.get();
        }
        DocIdSetIterator all = beside.iterator();
        int match = all.docID() < doc ? all.advance(doc) : all.docID();
        return match == doc ? fusion.normalise(beside.score()) : 0;
    }

    /** Lets {@link #advance} pass over matches that score less than {@code required}, in [0, infinity]. */
    void require(double required) throws IOException {
        if (required > 1) {
            exhausted = true;
        } else if (skipping != null && exhausted == false) {
            float raw = Math.nextDown((float) (fusion.bound() * required * SLACK));
            if (raw > minimum) {
                minimum = raw;
                skipping.setMinCompetitiveScore(raw);
            }
        }
    }

    /** What a match that was passed over scores at most. */
    double missed() {
        return exhausted ? 1 : fusion.normalise(minimum);
    }

    int advanceShallow(int target) throws IOException {
        if (skipping == null) {
            return DocIdSetIterator.NO_MORE_DOCS;
        }
        return documents.docID() <= target ? skipping.advanceShallow(target) : documents.docID() - 1;
    }

    boolean mayMatchUpTo(int upTo) {
        return skipping != null && documents.docID() <= upTo;
    }

    /** What a match up to {@code upTo} that is not passed over scores at most. */
    double maximum(int upTo) throws IOException {
        return mayMatchUpTo(upTo) ? fusion.normalise(skipping.getMaxScore(upTo)) : 0;
    }
}
