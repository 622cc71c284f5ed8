/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.SearchCounters;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.search.BulkScorer;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.LeafCollector;
import org.apache.lucene.search.Scorable;
import org.apache.lucene.util.Bits;

/**
 * Scores a whole segment as {@link HybridScorer} does, but collects the lexical matches from the lexical leg's own bulk
 * scorer, which makes queries of several words fast.
 */
final class HybridBulkScorer extends BulkScorer {

    /** So many matches are compared together, so that their quantized vectors are read together. */
    private static final int BATCH = 64;

    /** Vector scores where no bound is needed. */
    private static final double[] UNBOUNDED = new double[BATCH];

    static {
        Arrays.fill(UNBOUNDED, 1);
    }

    /** Below all vector scores. */
    private static final double RULED_OUT = -1;

    private final BulkScorer lexical;
    private final CompleteScores complete;
    private final VectorScores vectors;
    private final Threshold threshold;
    private final SearchCounters.Part work;
    /** Whether every match is to be collected, even one that is not competitive. */
    private boolean counting = true;
    /** The lexical score below which the lexical scorer may skip; infinite once no match can be competitive. */
    private float minimum;

    /**
     * @param lexical scores the lexical matches; null where there are none
     * @param complete scores the same matches, without skipping
     */
    HybridBulkScorer(
            BulkScorer lexical,
            CompleteScores complete,
            VectorScores vectors,
            Threshold threshold,
            SearchCounters.Part work) {
        this.lexical = lexical;
        this.complete = complete;
        this.vectors = vectors;
        this.threshold = threshold;
        this.work = work;
    }

    @Override
    public int score(LeafCollector collector, Bits acceptDocs, int min, int max) throws IOException {
        Fused fused = new Fused(collector, acceptDocs);
        collector.setScorer(fused.score);
        vectors.candidates().advance(min);
        int next = walksLexical() ? lexical.score(fused, acceptDocs, min, max) : DocIdSetIterator.NO_MORE_DOCS;
        fused.handBatchOn();
        fused.collectCandidatesBefore(max);
        return Math.min(
                walksLexical() ? next : DocIdSetIterator.NO_MORE_DOCS,
                vectors.candidates().docID());
    }

    private boolean walksLexical() {
        return lexical != null && minimum < Float.POSITIVE_INFINITY;
    }

    @Override
    public long cost() {
        return (lexical == null ? 0 : lexical.cost()) + vectors.candidates().count();
    }

    /** Collects the lexical matches, and passes the documents of both legs on. */
    private final class Fused implements LeafCollector {
        private final LeafCollector collector;
        private final Bits acceptDocs;
        private final Score score = new Score();
        private final int[] batch = new int[BATCH];
        private final float[] raws = new float[BATCH];
        /** Those of the batch whose quantized vectors are compared. */
        private final int[] documents = new int[BATCH];

        private int pending;
        private Scorable match;

        Fused(LeafCollector collector, Bits acceptDocs) {
            this.collector = collector;
            this.acceptDocs = acceptDocs;
        }

        @Override
        public void setScorer(Scorable scorer) throws IOException {
            match = scorer;
            skip();
        }

        private void skip() throws IOException {
            if (match != null && minimum > 0) {
                match.setMinCompetitiveScore(Math.min(minimum, Float.MAX_VALUE));
            }
        }

        @Override
        public void collect(int doc) throws IOException {
            work.add(SearchCounters.Count.LEXICAL_DOCUMENTS_SCORED);
            batch[pending] = doc;
            raws[pending++] = match.score();
            if (pending == BATCH) {
                handBatchOn();
            }
        }

        /** Passes the batch on, and between its matches the candidates that only the vector leg matches. */
        void handBatchOn() throws IOException {
            int competing = ruleOut();
            double[] bounds = threshold.rulesOut() ? vectors.quantized().upperOf(documents, competing) : UNBOUNDED;
            for (int i = 0, next = 0; i < pending; i++) {
                boolean competes = next < competing && documents[next] == batch[i];
                handOn(batch[i], raws[i], competes ? bounds[next++] : RULED_OUT);
            }
            pending = 0;
        }

        /** Lists the documents of the batch that their lexical score does not rule out, and returns how many these are. */
        private int ruleOut() {
            float least =
                    threshold.rulesOut() ? threshold.rawMinimum(threshold.requiredLexical()) : Float.NEGATIVE_INFINITY;
            int count = 0;
            for (int i = 0; i < pending; i++) {
                if (raws[i] >= least) {
                    documents[count++] = batch[i];
                }
            }
            return count;
        }

        private void handOn(int doc, float raw, double vectorBound) throws IOException {
            collectCandidatesBefore(doc);
            if (vectors.candidates().docID() == doc) {
                score.at(doc, raw >= minimum ? raw : complete.score(doc));
                collector.collect(doc);
                vectors.candidates().advance(doc + 1);
            } else if (vectorBound > RULED_OUT && competes(threshold.fusion().normalize(raw), vectorBound)) {
                score.at(doc, raw);
                collector.collect(doc);
            } else {
                work.add(SearchCounters.Count.DOCUMENTS_PRUNED);
                if (counting) {
                    score.onlyCounted(doc, raw);
                    collector.collect(doc);
                }
            }
        }

        private boolean competes(double lexicalScore, double vectorBound) {
            return threshold.admits(lexicalScore) && threshold.admits(lexicalScore, vectorBound);
        }

        /** Passes candidates on that only the vector leg matches, or that the lexical leg has skipped. */
        private void collectCandidatesBefore(int end) throws IOException {
            ScoredDocuments candidates = vectors.candidates();
            for (int doc = candidates.docID(); doc < end; doc = candidates.advance(doc + 1)) {
                if (acceptDocs == null || acceptDocs.get(doc)) {
                    score.at(doc, complete.score(doc));
                    collector.collect(doc);
                }
            }
        }

        private void require(double required) throws IOException {
            float least = required > 1 ? Float.POSITIVE_INFINITY : threshold.rawMinimum(required);
            if (least > minimum) {
                minimum = least;
                skip();
            }
        }

        @Override
        public DocIdSetIterator competitiveIterator() throws IOException {
            return collector.competitiveIterator();
        }

        @Override
        public void finish() {
            // The caller finishes the segment, not the lexical scorer.
        }

        /** The score of the collected document; its vector is read when the score is requested. */
        private final class Score extends Scorable {
            private int doc;
            private float lexicalScore;
            private float fused = Float.NaN;

            void at(int newDoc, float raw) {
                doc = newDoc;
                lexicalScore = raw;
                fused = Float.NaN;
            }

            /** For a match that is only counted: its lexical score is enough. */
            void onlyCounted(int newDoc, float raw) {
                at(newDoc, raw);
                fused = threshold.fusion().fuse(threshold.fusion().normalize(raw), 0);
            }

            @Override
            public float score() throws IOException {
                if (Float.isNaN(fused)) {
                    LinearFusion fusion = threshold.fusion();
                    fused = fusion.fuse(fusion.normalize(lexicalScore), vectors.score(doc));
                }
                return fused;
            }

            @Override
            public void setMinCompetitiveScore(float minScore) throws IOException {
                counting &= minScore <= 0;
                require(threshold.raise(minScore));
            }
        }
    }
}
