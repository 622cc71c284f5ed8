/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Scorer;

/**
 * Walks the documents that either leg found and scores each with both.
 *
 * <p>Once only scores from {@code t} on are asked for, a document outside the kNN list is passed over unless
 * {@code lexical(d) >= (t - w * bound) / (1 - w)}, with {@code bound} the {@link OutsideBound} of its vector score: the
 * lexical leg skips with that, and no vector is read for what it leaves. Documents of the list are never passed over.
 */
final class HybridScorer extends Scorer {

    /** Keeps a document whose score rounding has moved below the lowest one asked for. */
    private static final double SLACK = 1 - 1e-6;

    /**
     * How the two legs are weighed.
     *
     * @param bound the score that no document's lexical leg exceeds, or 0 where that leg scores nothing
     * @param lexical weight of the lexical leg, the query's boost included
     * @param vector weight of the vector leg, the query's boost included
     */
    record Fusion(double bound, double lexical, double vector) {

        double normalise(double lexicalScore) {
            return bound > 0 ? Math.min(1, lexicalScore / bound) : 0;
        }

        /** The formula itself; both scores in [0, 1]. */
        float fuse(double lexicalScore, double vectorScore) {
            return (float) (lexical * lexicalScore + vector * vectorScore);
        }
    }

    private final LexicalLeg lexical;
    private final NearestDocuments nearest;
    private final LeafVectors vectors;
    private final Fusion fusion;
    private final OutsideBound outside;
    private final DocIdSetIterator documents = new Documents();
    private double threshold;

    /**
     * @param vectors those of the documents outside {@code nearest}
     * @param outside what the vectors of these score at most, normalised
     */
    HybridScorer(
            LexicalLeg lexical, NearestDocuments nearest, LeafVectors vectors, Fusion fusion, OutsideBound outside) {
        this.lexical = lexical;
        this.nearest = nearest;
        this.vectors = vectors;
        this.fusion = fusion;
        this.outside = outside;
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
    public float score() throws IOException {
        int doc = docID();
        double vectorScore = nearest.docID() == doc ? nearest.score() : vectors.score(doc);
        return fusion.fuse(lexical.score(doc), vectorScore);
    }

    @Override
    public void setMinCompetitiveScore(float minScore) throws IOException {
        threshold = minScore * SLACK;
        double missing = threshold - fusion.vector() * outside.likely();
        if (missing > 0) {
            lexical.require(missing / fusion.lexical());
        }
    }

    /** Whether the lexical match stopped at, which is outside the kNN list, may reach the threshold. */
    private boolean isCompetitive() throws IOException {
        return threshold <= 0
                || fusion.lexical() * lexical.skippingScore() + fusion.vector() * outside.likely() >= threshold;
    }

    @Override
    public int advanceShallow(int target) throws IOException {
        return lexical.advanceShallow(target);
    }

    @Override
    public float getMaxScore(int upTo) throws IOException {
        double lexicalMaximum = lexical.maximum(upTo);
        float maximum = lexical.mayMatchUpTo(upTo) ? fusion.fuse(lexicalMaximum, outside.certain()) : 0;
        if (nearest.docID() > upTo) {
            return maximum;
        }
        return Math.max(maximum, fusion.fuse(Math.max(lexicalMaximum, lexical.missed()), nearest.maximum()));
    }

    @Override
    public Collection<ChildScorable> getChildren() {
        return lexical.scorer() == null ? List.of() : List.of(new ChildScorable(lexical.scorer(), "lexical"));
    }

    /** The competitive documents of both legs in order, each once. */
    private final class Documents extends DocIdSetIterator {
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
            int near = nearest.advance(target);
            int found = lexical.advance(target);
            while (found < near && isCompetitive() == false) {
                found = lexical.advance(found + 1);
            }
            doc = Math.min(found, near);
            return doc;
        }

        @Override
        public long cost() {
            return lexical.cost() + nearest.count();
        }
    }
}
