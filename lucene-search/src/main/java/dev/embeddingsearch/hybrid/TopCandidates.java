/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.KnnResult;
import dev.embeddingsearch.knn.UnseenBound;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * What the kNN search of a shard saw, scored by both legs before any other document is looked at: those that it found, and
 * of the {@link KnnResult.Further further} ones the lexical matches. The {@code n}-th best of them bounds the {@code n} best
 * hits of the shard from below, which rules most others out from the beginning on.
 */
final class TopCandidates {

    private final List<CandidateBounds> parts;
    private final UnseenBound outside;
    private final float floor;

    private TopCandidates(List<CandidateBounds> parts, UnseenBound outside, float floor) {
        this.parts = parts;
        this.outside = outside;
        this.floor = floor;
    }

    /**
     * @param parts one for each segment, by its number
     * @param outside what is known of all documents that were not seen
     * @param fusion how the scores of both legs make one
     * @param hits how many documents are wanted; 0 for all
     */
    static TopCandidates of(List<CandidateBounds> parts, UnseenBound outside, LinearFusion fusion, int hits)
            throws IOException {
        float before = floor(parts, fusion, hits);
        for (CandidateBounds part : parts) {
            part.settle(before, fusion);
        }
        return new TopCandidates(parts, outside, floor(parts, fusion, hits));
    }

    private static float floor(List<CandidateBounds> parts, LinearFusion fusion, int hits) {
        float[] scores =
                new float[parts.stream().mapToInt(CandidateBounds::count).sum()];
        int count = 0;
        for (CandidateBounds part : parts) {
            for (int i = 0; i < part.count(); i++) {
                scores[count++] = part.atLeast(i, fusion);
            }
        }
        Arrays.sort(scores);
        return hits > 0 && hits <= count ? scores[count - hits] : 0;
    }

    /** Those of the segment with number {@code ord}. */
    CandidateBounds part(int ord) {
        return parts.get(ord);
    }

    /** What is known of all documents that the search did not see. */
    UnseenBound outside() {
        return outside;
    }

    /** A score that as many of the best documents of the shard reach as are wanted; 0 where that is unknown. */
    float floor() {
        return floor;
    }
}
