/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TwoPhaseIterator;

/**
 * Iterates over the documents that either leg matches, and scores each by both legs.
 *
 * <p>Once a minimum competitive score is set, it skips documents that are no candidates and that {@link Threshold} rules out.
 * Candidates are never skipped.
 */
final class HybridScorer extends Scorer {

    private final LexicalLeg lexical;
    private final VectorScores vectors;
    private final ScoredDocuments candidates;
    private final Threshold threshold;
    private final LinearFusion fusion;
    private final TwoPhaseIterator matches;
    private final DocIdSetIterator documents;
    /** Whether every match is to be returned, even one that is not competitive. */
    private boolean counting = true;
    /** The last match that is not competitive: it needs no vector score. */
    private int onlyCounted = -1;

    HybridScorer(LexicalLeg lexical, VectorScores vectors, Threshold threshold) {
        this.lexical = lexical;
        this.vectors = vectors;
        this.candidates = vectors.candidates();
        this.threshold = threshold;
        this.fusion = threshold.fusion();
        this.matches = new EitherLeg(new Union());
        this.documents = TwoPhaseIterator.asDocIdSetIterator(matches);
    }

    @Override
    public int docID() {
        return documents.docID();
    }

    @Override
    public DocIdSetIterator iterator() {
        return documents;
    }

    @Override
    public TwoPhaseIterator twoPhaseIterator() {
        return matches;
    }

    @Override
    public float score() throws IOException {
        int doc = docID();
        return fusion.fuse(lexical.score(doc), doc == onlyCounted ? 0 : vectors.score(doc));
    }

    @Override
    public void setMinCompetitiveScore(float minScore) throws IOException {
        counting &= minScore <= 0;
        lexical.require(threshold.raise(minScore));
    }

    @Override
    public int advanceShallow(int target) throws IOException {
        return lexical.advanceShallow(target);
    }

    @Override
    public float getMaxScore(int upTo) throws IOException {
        double lexicalMaximum = lexical.maximum(upTo);
        float maximum = lexical.mayMatchUpTo(upTo)
                ? fusion.fuse(lexicalMaximum, vectors.unseen().certain())
                : 0;
        if (candidates.docID() > upTo) {
            return maximum;
        }
        return Math.max(maximum, fusion.fuse(Math.max(lexicalMaximum, lexical.missed()), candidates.maximum()));
    }

    @Override
    public Collection<ChildScorable> getChildren() {
        return lexical.scorer() == null ? List.of() : List.of(new ChildScorable(lexical.scorer(), "lexical"));
    }

    /** The union of what both legs may match. */
    private final class Union extends DocIdSetIterator {
        private int doc = -1;

        @Override
        public int docID() {
            return doc;
        }

        @Override
        public int nextDoc() throws IOException {
            return advance(doc + 1);
        }

        @Override
        public int advance(int target) throws IOException {
            doc = Math.min(candidates.advance(target), lexical.advance(target));
            return doc;
        }

        @Override
        public long cost() {
            return lexical.cost() + candidates.count();
        }
    }

    /** The competitive matches, and all matches while they are counted. */
    private final class EitherLeg extends TwoPhaseIterator {

        EitherLeg(DocIdSetIterator union) {
            super(union);
        }

        @Override
        public boolean matches() throws IOException {
            int doc = approximation.docID();
            if (candidates.docID() == doc || lexical.competes(vectors.quantized())) {
                return true;
            }
            if (counting && lexical.matches()) {
                onlyCounted = doc;
                return true;
            }
            return false;
        }

        @Override
        public float matchCost() {
            return 10 + lexical.matchCost(); // the lexical score of a match
        }
    }
}
