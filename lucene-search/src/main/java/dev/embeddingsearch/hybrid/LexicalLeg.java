/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.SearchCounters;
import java.io.IOException;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TwoPhaseIterator;

/**
 * The lexical matches of one segment with scores in [0, 1]. As the required score rises, more of them are skipped.
 *
 * <p>The score of a skipped document can still be requested, since the vector leg may match it.
 */
final class LexicalLeg {

    private final Scorer skipping;
    private final CompleteScores complete;
    private final TwoPhaseIterator twoPhase;
    private final DocIdSetIterator candidates;
    private final Threshold threshold;
    private final SearchCounters.Part work;
    private float minimum;
    private boolean exhausted;
    private int checked = -1;
    private boolean matches;
    private int scored = -1;
    private float raw;

    /**
     * @param skipping iterates over the matches; null where there are none
     * @param complete scores the same matches, without skipping
     */
    LexicalLeg(Scorer skipping, CompleteScores complete, Threshold threshold, SearchCounters.Part work) {
        this.skipping = skipping;
        this.complete = complete;
        this.twoPhase = skipping == null ? null : skipping.twoPhaseIterator();
        this.candidates = candidates(skipping, twoPhase);
        this.threshold = threshold;
        this.work = work;
    }

    private static DocIdSetIterator candidates(Scorer scorer, TwoPhaseIterator twoPhase) {
        if (scorer == null) {
            return DocIdSetIterator.empty();
        }
        return twoPhase == null ? scorer.iterator() : twoPhase.approximation();
    }

    Scorer scorer() {
        return skipping;
    }

    long cost() {
        return candidates.cost();
    }

    float matchCost() {
        return twoPhase == null ? 0 : twoPhase.matchCost();
    }

    int docID() {
        return exhausted ? DocIdSetIterator.NO_MORE_DOCS : candidates.docID();
    }

    /** The first document at or after {@code target} that may match and reach the required score. */
    int advance(int target) throws IOException {
        if (exhausted) {
            return DocIdSetIterator.NO_MORE_DOCS;
        }
        return candidates.docID() < target ? candidates.advance(target) : candidates.docID();
    }

    /** Whether the current document matches. */
    boolean matches() throws IOException {
        int doc = candidates.docID();
        if (checked != doc) {
            checked = doc;
            matches = twoPhase == null || twoPhase.matches();
        }
        return matches;
    }

    /** Whether the current document, which is no candidate, matches and may reach the required score. */
    boolean competes(QuantizedBounds quantized) throws IOException {
        boolean competes = matches() && competes(normalize(rawScore()), quantized);
        if (matches && !competes) {
            work.add(SearchCounters.Count.DOCUMENTS_PRUNED);
        }
        return competes;
    }

    private boolean competes(double score, QuantizedBounds quantized) throws IOException {
        return threshold.admits(score)
                && (!threshold.rulesOut() || threshold.admits(score, quantized.upperOf(docID())));
    }

    /**
     * The score of the current match, or less where it does not reach the required one: each clause of a disjunction skips
     * by itself, so that the best clause of a match may be missing.
     */
    private float rawScore() throws IOException {
        int doc = candidates.docID();
        if (scored != doc) {
            scored = doc;
            raw = skipping.score();
            work.add(SearchCounters.Count.LEXICAL_DOCUMENTS_SCORED);
        }
        return raw;
    }

    /** The score of {@code doc}, 0 if it does not match; in increasing order of document. */
    double score(int doc) throws IOException {
        if (skipping == null) {
            return 0;
        }
        if (candidates.docID() == doc && matches() && rawScore() >= minimum) {
            return normalize(raw);
        }
        if (missed() == 0) {
            return 0;
        }
        return normalize(complete.score(doc));
    }

    private double normalize(double score) {
        return threshold.fusion().normalize(score);
    }

    /** Allows {@link #advance} to skip matches that score less than {@code required}, in [0, infinity]. */
    void require(double required) throws IOException {
        if (required > 1) {
            exhausted = true;
        } else if (skipping != null && !exhausted) {
            float least = threshold.rawMinimum(required);
            if (least > minimum) {
                minimum = least;
                skipping.setMinCompetitiveScore(least);
            }
        }
    }

    /** An upper bound of the score of skipped matches. */
    double missed() {
        return exhausted ? 1 : normalize(minimum);
    }

    int advanceShallow(int target) throws IOException {
        if (skipping == null) {
            return DocIdSetIterator.NO_MORE_DOCS;
        }
        return candidates.docID() <= target ? skipping.advanceShallow(target) : candidates.docID() - 1;
    }

    boolean mayMatchUpTo(int upTo) {
        return skipping != null && candidates.docID() <= upTo;
    }

    /** An upper bound of the score of matches up to {@code upTo} that are not skipped. */
    double maximum(int upTo) throws IOException {
        return mayMatchUpTo(upTo) ? normalize(skipping.getMaxScore(upTo)) : 0;
    }
}
