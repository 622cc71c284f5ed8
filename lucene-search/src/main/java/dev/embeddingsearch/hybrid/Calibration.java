/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.knn.SearchScope;
import dev.embeddingsearch.knn.UnprofiledSearcher;
import dev.embeddingsearch.knn.UnseenBound;
import dev.embeddingsearch.vectors.Centroid;
import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;

/**
 * Maps a raw similarity to [0, 1], so that it can be added to a normalized BM25 score.
 *
 * <p>For cosines: {@code vector(d) = (max(0, cos(q, d) - mu) / r)^2} with {@code r = max(1 - mu, 9 * sigma)}.
 *
 * <ul>
 *   <li>{@code mu} is the mean cosine of the query with the shard's vectors. A model keeps its cosines in a narrow band of
 *       its own (ada-002: .7 to .9); this removes the band and needs no result list.
 *   <li>{@code sigma} is the standard deviation of the cosines of the field's vectors with each other, pooled over
 *       the segments, each with {@code n - 1} times the square of its {@link Centroid#stdDev()}. A cosine of 1
 *       counts fully where it stands out by 9 standard deviations. A model that does not know the language of its texts
 *       scatters their cosines, and its leg counts less.
 *   <li>Most of a corpus is hardly above the mean. The square keeps it from outweighing a match of words.
 * </ul>
 *
 * <p>While there are few vectors, both are shrunk towards the model's background cosine {@code b}: {@code mu = (n * (q .
 * centroid) + n0 * b) / (n + n0)}, with {@code n} vectors and {@code n0 = 100}, and the variance in the same way, with
 * {@code n0 = 500}, towards that of a model with {@code sigma = 0.1 * (1 - b)}.
 *
 * <p>Where documents are hidden from a search, {@code mu} and {@code n} are those of the vectors that it may see, sampled
 * where they are many: {@code mu} before and after a hidden document arrives would give its vector away. {@code sigma}
 * remains the shard's.
 *
 * <p>A leg that is not to be calibrated has {@code mu = -1} and {@code r = 2}, so that its scores order all cosines.
 *
 * <p>Other similarities use Lucene's own score {@code s}: as it is for the Euclidean distance, which lies in (0, 1], and
 * {@code s / (1 + s)} for the maximum inner product, which has no upper end.
 *
 * @param similarity the field's similarity
 * @param mean the mean cosine {@code mu}, in [-1, 1); 0 for other similarities
 * @param range the distance {@code r} from the mean at which a cosine counts fully, positive; 1 for other similarities
 */
record Calibration(VectorSimilarityFunction similarity, double mean, double range) {

    /** How many vectors the model's background cosine weighs as much as. */
    static final double BACKGROUND_COUNT = 100;

    /** The same for the deviation, which a few documents that are alike or in a segment together move further. */
    static final double BACKGROUND_DEVIATION_COUNT = 500;

    /** The standard deviation of cosines between unrelated texts, of a model whose background cosine is 0. */
    static final double BACKGROUND_DEVIATION = 0.1;

    /** So many standard deviations above the mean a cosine counts fully. */
    static final double FULL_DEVIATIONS = 9;

    /** By how much two ways of computing a similarity of float vectors may differ, relative to the larger of it and 1. */
    private static final double ROUNDING = 1e-5;

    /** Calibrates for one query on everything that {@code searcher} sees, of which a search may be shown less. */
    static Calibration of(KnnTarget target, SearchScope.Restriction restriction, IndexSearcher searcher)
            throws IOException {
        if (target.similarity() != VectorSimilarityFunction.DOT_PRODUCT) {
            return new Calibration(target.similarity(), 0, 1);
        }
        if (!target.calibrated()) {
            return new Calibration(target.similarity(), -1, 2);
        }
        Moments moments = new Moments();
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            Centroid centroid = Centroid.of(leaf.reader(), target.field());
            if (centroid != null) {
                moments.add(centroid.count(), centroid.dot(target.vector()), centroid.stdDev());
            }
        }
        if (moments.count > 0 && (restriction.confidential() || hidesDocuments(searcher))) {
            moments.see(new VisibleSample(target, restriction.filter(), new UnprofiledSearcher(searcher)));
        }
        double mean = moments.mean(target.background());
        double deviation = moments.deviation(BACKGROUND_DEVIATION * (1 - target.background()));
        return new Calibration(target.similarity(), mean, Math.max(1 - mean, FULL_DEVIATIONS * deviation));
    }

    /** Whether a reader shows fewer documents than its segments hold: nothing may then be cached by what it shows. */
    private static boolean hidesDocuments(IndexSearcher searcher) {
        return searcher.getLeafContexts().stream()
                .map(LeafReaderContext::reader)
                .anyMatch(reader -> reader.getReaderCacheHelper() == null && reader.getCoreCacheHelper() != null);
    }

    /** Mean and standard deviation of a shard's cosines from those of its segments, shrunk towards the background's. */
    private static final class Moments {
        private double count;
        private double sum;
        private double pairs;
        private double squares;

        void add(long vectors, double mean, double deviation) {
            count += vectors;
            sum += vectors * mean;
            pairs += vectors - 1;
            squares += (vectors - 1) * deviation * deviation;
        }

        /** Takes the mean from a sample instead. */
        void see(VisibleSample sample) throws IOException {
            count = sample.count();
            sum = count * sample.mean();
        }

        double mean(double background) {
            return (sum + BACKGROUND_COUNT * background) / (count + BACKGROUND_COUNT);
        }

        double deviation(double background) {
            return Math.sqrt((squares + BACKGROUND_DEVIATION_COUNT * background * background)
                    / (pairs + BACKGROUND_DEVIATION_COUNT));
        }
    }

    /** The formula of {@link #normalize}, for explanations. */
    String formula() {
        return switch (similarity) {
            case DOT_PRODUCT, COSINE -> "(max(0, cosine - mean) / range)^2";
            case EUCLIDEAN -> "1 / (1 + distance^2), mean unused";
            case MAXIMUM_INNER_PRODUCT -> "score / (1 + score), mean unused";
        };
    }

    /** Maps a raw similarity that none exceeds, save by rounding, to a score that none exceeds; infinity to 1. */
    public double bound(double raw) {
        if (raw == Double.POSITIVE_INFINITY) {
            return 1;
        }
        double lowest = similarity == VectorSimilarityFunction.DOT_PRODUCT ? -1 : 0;
        double known = Math.max(lowest, raw);
        return Math.min(1, normalize(known + ROUNDING * Math.max(1, Math.abs(known))));
    }

    /** Both bounds of {@code raw} mapped to [0, 1], the error as it is. */
    UnseenBound bound(UnseenBound raw) {
        return new UnseenBound(bound(raw.certain()), bound(raw.likely()), raw.error());
    }

    /** Maps a raw similarity that is reached, save by rounding, to a score that is reached; what is impossible to 0. */
    double lower(double raw) {
        double lowest = similarity == VectorSimilarityFunction.DOT_PRODUCT ? -1 : 0;
        return normalize(Math.max(lowest, raw - ROUNDING * Math.max(1, Math.abs(raw))));
    }

    /** Maps a raw similarity to [0, 1]. */
    double normalize(double raw) {
        return switch (similarity) {
            case DOT_PRODUCT, COSINE -> {
                double part = Math.clamp((raw - mean) / range, 0.0, 1.0);
                yield part * part;
            }
            case EUCLIDEAN -> raw;
            case MAXIMUM_INNER_PRODUCT -> raw / (1 + raw);
        };
    }
}
