/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.UnseenBound;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The candidates of a shard, scored by both legs before any other document. The {@code k}-th best score among them is a lower
 * bound of the {@code k}-th best score of the shard, which rules out most other documents from the start. See the package
 * for the algorithm.
 */
final class TopCandidates {

    private final List<CandidateBounds> bounds;
    private final UnseenBound unseen;
    private final float kthScore;

    private TopCandidates(List<CandidateBounds> bounds, UnseenBound unseen, float kthScore) {
        this.bounds = bounds;
        this.unseen = unseen;
        this.kthScore = kthScore;
    }

    /**
     * Resolves the candidates that may be among the {@code k} best.
     *
     * @param bounds the candidates of each segment, by its number
     * @param unseen bounds the similarity of all documents that are no candidates
     * @param fusion how the scores of both legs are fused
     * @param k how many hits are wanted; 0 for all
     */
    static TopCandidates of(List<CandidateBounds> bounds, UnseenBound unseen, LinearFusion fusion, int k)
            throws IOException {
        float lowerBound = kthScore(bounds, (leaf, i) -> leaf.lowerScore(i, fusion), k);
        for (CandidateBounds leaf : bounds) {
            leaf.resolve(lowerBound, fusion);
        }
        return new TopCandidates(bounds, unseen, kthScore(bounds, (leaf, i) -> leaf.score(i, fusion), k));
    }

    private interface Score {
        float of(CandidateBounds leaf, int i);
    }

    private static float kthScore(List<CandidateBounds> bounds, Score score, int k) {
        float[] scores =
                new float[bounds.stream().mapToInt(CandidateBounds::count).sum()];
        int count = 0;
        for (CandidateBounds leaf : bounds) {
            for (int i = 0; i < leaf.count(); i++) {
                scores[count++] = score.of(leaf, i);
            }
        }
        Arrays.sort(scores);
        return k > 0 && k <= count ? scores[count - k] : 0;
    }

    /** The candidates of the segment with number {@code ord}. */
    CandidateBounds in(int ord) {
        return bounds.get(ord);
    }

    /** Bounds the similarity of all documents that are no candidates. */
    UnseenBound unseen() {
        return unseen;
    }

    /** A score that at least {@code k} documents of the shard reach; 0 where none is known. */
    float kthScore() {
        return kthScore;
    }
}
