/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import dev.embeddingsearch.vectors.flat.VisibleVectors;
import java.io.IOException;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.util.VectorUtil;

/**
 * The mean of a field's unit vectors in one segment, how far their cosines spread, and how many vectors that stands for.
 *
 * @param mean the mean, not normalised again; shared between all who ask, to be read only
 * @param spread the standard deviation of the cosine of one vector with the others about its mean, estimated from a
 *     sample; 0 for a single vector
 * @param count the vectors behind it, zero vectors left out; at least 1
 */
@SuppressWarnings("ArrayRecordComponent") // a copy for every query would cost up to 64 KB; nothing compares centroids
public record Centroid(float[] mean, float spread, long count) {
    /** At most this many vectors of a segment are read where no centroid is stored. */
    static final int MAX_SAMPLE = 1_024;

    /**
     * The centroid of {@code field} in this segment, deleted documents included; null where the field has no float
     * vectors other than zero vectors.
     *
     * <p>It is on the heap already where {@link EmbeddingVectorsFormat} or {@link QuantizedVectorsFormat} wrote the
     * segment. Elsewhere it is the mean of
     * at most 1,024 vectors: of n vectors, the ordinals <code>floor(i * n / s)</code> for i = 0 ... s - 1, with s =
     * min(n, 1024), so that the same segment always has the same centroid. Its count is then n, less the share of zero
     * vectors in the sample.
     */
    public static Centroid of(LeafReader reader, String field) throws IOException {
        if (!VisibleVectors.exist(reader, field)) {
            return null;
        }
        EmbeddingVectorsReader stored = EmbeddingVectorsReader.in(reader, field);
        return stored != null ? stored.centroid(field) : sample(reader.getFloatVectorValues(field));
    }

    /** The dot product with the mean: for a query of length 1, its mean cosine with the field's vectors. */
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
