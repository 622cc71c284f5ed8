/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import dev.embeddingsearch.vectors.flat.VisibleVectors;
import java.io.IOException;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.util.VectorUtil;

/**
 * The mean of the unit vectors of a field in one segment, and the standard deviation of their cosines.
 *
 * @param mean the mean of all vectors scaled to length 1, itself not normalized; shared by all callers, which must not
 *     change it
 * @param stdDev the standard deviation of the cosine between a vector and the other vectors about that vector's mean
 *     cosine, estimated from a sample; 0 for a single vector
 * @param count the number of vectors behind the mean, zero vectors not counted; at least 1
 */
@SuppressWarnings("ArrayRecordComponent") // copying up to 64 KB for each query is too much; nothing compares centroids
public record Centroid(float[] mean, float stdDev, long count) {
    /** The most vectors of a segment to read if no centroid is stored. */
    static final int MAX_SAMPLE = 1_024;

    /**
     * The centroid of {@code field} in this segment, deleted documents included; null if the field has no float vectors
     * other than zero vectors, or if {@code reader} hides it (see {@link VisibleVectors}).
     *
     * <p>{@link EmbeddingVectorsFormat} and {@link QuantizedVectorsFormat} store it, and hold it on the heap once the
     * segment is open. For other formats it is computed from at most 1,024 of n vectors, those with the ordinals
     * <code>floor(i * n / s)</code> for i = 0 ... s - 1 with s = min(n, 1024), so that a segment always has the same
     * centroid; its count is n, less the share of zero vectors in the sample.
     */
    public static Centroid of(LeafReader reader, String field) throws IOException {
        if (!VisibleVectors.exist(reader, field)) {
            return null;
        }
        EmbeddingVectorsReader stored = EmbeddingVectorsReader.find(reader, field);
        return stored != null ? stored.centroid(field) : sample(reader.getFloatVectorValues(field));
    }

    /** The mean cosine of a query of length 1 with the vectors of the field: its dot product with the mean. */
    public float dot(float[] unitQuery) {
        return VectorUtil.dotProduct(mean, unitQuery);
    }

    private static Centroid sample(FloatVectorValues vectors) throws IOException {
        if (vectors == null || vectors.size() == 0) {
            return null;
        }
        int size = vectors.size();
        int sampled = Math.min(size, MAX_SAMPLE);
        CentroidSum sum = new CentroidSum(vectors.dimension());
        for (int i = 0; i < sampled; i++) {
            float[] vector = vectors.vectorValue((int) ((long) i * size / sampled));
            sum.add(vector);
            sum.sample(vector);
        }
        return sum.centroid(sum.count() * size / sampled);
    }
}
