/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import java.io.IOException;
import org.apache.lucene.search.BulkScorer;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;

/** Makes the scorer of one segment. */
final class HybridScorerSupplier extends ScorerSupplier {

    private final HybridSearch search;
    private final ScorerSupplier lexical;
    private final LeafLegs legs;
    private final int ord;

    /**
     * @param legs both legs on the segment
     * @param ord the segment's number
     * @param lexical makes the scorer of the lexical matches; null where there are none
     */
    HybridScorerSupplier(HybridSearch search, LeafLegs legs, int ord, ScorerSupplier lexical) {
        this.search = search;
        this.lexical = lexical;
        this.legs = legs;
        this.ord = ord;
    }

    /** The scores on the segment, and the lowest one that is still of use. */
    private record Scores(CompleteScores lexical, VectorScores vectors, Threshold threshold) {}

    private Scores scores(boolean bestOnly) throws IOException {
        if (!bestOnly) {
            VectorScores vectors = legs.vectorScores();
            Threshold none = new Threshold(search.fusion(), vectors.unseen().likely(), 0);
            return new Scores(legs.lexicalScores(), vectors, none);
        }
        TopCandidates top = search.topCandidates();
        CandidateBounds candidates = top.in(ord);
        VectorScores vectors = legs.vectorScores(candidates.scored(), top.unseen());
        Threshold threshold = new Threshold(search.fusion(), vectors.unseen().likely(), top.kthScore());
        return new Scores(candidates.lexicalScores(), vectors, threshold);
    }

    /** Called if this is a part of another query: then only a known number of hits allows scores that are not complete. */
    @Override
    public Scorer get(long leadCost) throws IOException {
        Scores scores = scores(search.hits() > 0);
        Scorer skipping = lexical == null ? null : lexical.get(leadCost);
        LexicalLeg leg = new LexicalLeg(skipping, scores.lexical(), scores.threshold(), legs.counters());
        return new HybridScorer(leg, scores.vectors(), scores.threshold());
    }

    @Override
    public BulkScorer bulkScorer() throws IOException {
        BulkScorer all = lexical == null ? null : lexical.bulkScorer();
        Scores scores = scores(search.needsBestOnly());
        return new HybridBulkScorer(all, scores.lexical(), scores.vectors(), scores.threshold(), legs.counters());
    }

    @Override
    public long cost() {
        return (lexical == null ? 0 : lexical.cost()) + legs.nearest().count();
    }

    /** Passed on: Lucene's scorers prepare to skip only where they are at the top. */
    @Override
    public void setTopLevelScoringClause() throws IOException {
        if (lexical != null) {
            lexical.setTopLevelScoringClause();
        }
    }
}
