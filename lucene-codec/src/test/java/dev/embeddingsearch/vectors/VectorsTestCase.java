/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import dev.embeddingsearch.vectors.flat.VectorPrecision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.hnsw.HnswGraph;

/** Helpers for tests of vectors formats: formats, documents, index writer configurations, expected centroids. */
public abstract class VectorsTestCase extends LuceneTestCase {
    protected static final VectorSimilarityFunction EUCLIDEAN = VectorSimilarityFunction.EUCLIDEAN;

    protected static KnnVectorsFormat anyVariant() {
        return random().nextBoolean() ? anyExactVariant() : anyQuantizedVariant();
    }

    protected static QuantizedVectorsFormat anyQuantizedVariant() {
        Quantization quantization = randomQuantization();
        return switch (random().nextInt(3)) {
            case 0 -> QuantizedVectorsFormat.flat(quantization);
            case 1 -> QuantizedVectorsFormat.hnsw(quantization, 16, 8, 50);
            default -> new QuantizedVectorsFormat(quantization, 8, 50, 0);
        };
    }

    protected static Quantization randomQuantization() {
        Quantization[] all = Quantization.values();
        return all[1 + random().nextInt(all.length - 1)];
    }

    protected static VectorPrecision randomPrecision() {
        return random().nextBoolean() ? VectorPrecision.FLOAT32 : VectorPrecision.FLOAT16;
    }

    /** Writes exact vectors, with a graph in every segment. */
    protected static EmbeddingVectorsFormat exactWithGraphs(int m, int efConstruction) {
        return new EmbeddingVectorsFormat(m, efConstruction, 0);
    }

    /** Writes quantized vectors, with a graph in every segment. */
    protected static QuantizedVectorsFormat quantizedWithGraphs(Quantization quantization, int m, int efConstruction) {
        return quantizedWithGraphs(quantization, m, efConstruction, 0);
    }

    /**
     * Writes quantized vectors, with a graph in segments that exceed the threshold.
     *
     * @param threshold as in {@link dev.embeddingsearch.vectors.graph.GraphOptions}
     */
    protected static QuantizedVectorsFormat quantizedWithGraphs(
            Quantization quantization, int m, int efConstruction, int threshold) {
        return new QuantizedVectorsFormat(quantization, m, efConstruction, threshold);
    }

    protected static KnnVectorsFormat anyExactVariant() {
        return switch (random().nextInt(3)) {
            case 0 -> EmbeddingVectorsFormat.flat();
            case 1 -> EmbeddingVectorsFormat.hnsw(8, 50);
            default -> new EmbeddingVectorsFormat(8, 50, 0);
        };
    }

    /** The most vectors of which all pairs are compared, so that the standard deviation is exact. */
    protected static final int MAX_EXACT_STD_DEV = 128;

    private static List<float[]> units(FloatVectorValues vectors) throws IOException {
        List<float[]> units = new ArrayList<>();
        for (int i = 0; i < vectors.size(); i++) {
            float[] vector = vectors.vectorValue(i).clone();
            double length = Math.sqrt(VectorUtil.dotProduct(vector, vector));
            if (length > 0) {
                for (int j = 0; j < vector.length; j++) {
                    vector[j] /= (float) length;
                }
                units.add(vector);
            }
        }
        return units;
    }

    /** The root mean square, over all vectors, of the deviations of a vector's cosines from their mean. */
    protected static double stdDev(List<float[]> units) {
        double sum = 0;
        for (int i = 0; i < units.size(); i++) {
            double[] cosines = new double[units.size() - 1];
            for (int j = 0; j < cosines.length; j++) {
                cosines[j] = VectorUtil.dotProduct(units.get(i), units.get(j < i ? j : j + 1));
            }
            double mean = Arrays.stream(cosines).average().orElse(0);
            sum += Arrays.stream(cosines).map(c -> (c - mean) * (c - mean)).sum();
        }
        int n = units.size();
        return n < 2 ? 0 : Math.sqrt(sum / n / (n - 1));
    }

    protected static IndexWriterConfig config(KnnVectorsFormat format) {
        return newIndexWriterConfig()
                .setMergePolicy(newTieredMergePolicy())
                .setCodec(TestUtil.alwaysKnnVectorsFormat(format));
    }

    protected static IndexWriterConfig unmerged(KnnVectorsFormat format) {
        return config(format).setMergePolicy(NoMergePolicy.INSTANCE);
    }

    /** All documents are written by one flush. */
    protected static IndexWriterConfig oneFlush(KnnVectorsFormat format) {
        return unmerged(format)
                .setMaxBufferedDocs(100_000)
                .setRAMBufferSizeMB(256)
                .setRAMPerThreadHardLimitMB(256);
    }

    /** Segments of 400 vectors have a graph, those of 200 have none. */
    protected static QuantizedVectorsFormat withGraphsFrom400() {
        return withGraphsFrom400(randomQuantization());
    }

    protected static QuantizedVectorsFormat withGraphsFrom400(Quantization quantization) {
        return new QuantizedVectorsFormat(quantization, 8, 50, 50).withPrecision(randomPrecision());
    }

    protected static HnswGraph graph(LeafReader segment, String field) throws IOException {
        return EmbeddingVectorsReader.find(segment, field).getGraph(field);
    }

    protected static Document doc(String id, float[] vector) {
        Document doc = new Document();
        doc.add(new StringField("id", id, Field.Store.NO));
        doc.add(new KnnFloatVectorField("v", vector, EUCLIDEAN));
        return doc;
    }

    protected static float[] randomVector(int dimensions) {
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) random().nextGaussian() * 3 + 1;
        }
        return vector;
    }

    public static LeafReader only(DirectoryReader reader) {
        return getOnlyLeafReader(reader);
    }

    protected static void assertCentroids(DirectoryReader reader, String field) throws IOException {
        for (LeafReaderContext leaf : reader.leaves()) {
            assertCentroid(leaf.reader(), field);
        }
    }

    /** Compares the centroid with one computed from all vectors of the segment. */
    protected static void assertCentroid(LeafReader reader, String field) throws IOException {
        FloatVectorValues vectors = reader.getFloatVectorValues(field);
        double[] sum = vectors == null ? new double[0] : new double[vectors.dimension()];
        long count = vectors == null ? 0 : sumOfUnits(vectors, sum);
        Centroid centroid = Centroid.of(reader, field);
        if (count == 0) {
            assertNull(centroid);
            return;
        }
        assertEquals(count, centroid.count());
        assertEquals(sum.length, centroid.mean().length);
        if (vectors.size() <= MAX_EXACT_STD_DEV) {
            assertEquals(stdDev(units(vectors)), centroid.stdDev(), 1e-5);
        }
        for (int i = 0; i < sum.length; i++) {
            assertEquals(sum[i] / count, centroid.mean()[i], 1e-6);
        }
    }

    private static long sumOfUnits(FloatVectorValues vectors, double[] sum) throws IOException {
        long count = 0;
        DocIndexIterator docs = vectors.iterator();
        while (docs.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
            float[] vector = vectors.vectorValue(docs.index());
            double length = 0;
            for (float x : vector) {
                length = Math.hypot(length, x);
            }
            for (int i = 0; length > 0 && i < vector.length; i++) {
                sum[i] += vector[i] / length;
            }
            count += length > 0 ? 1 : 0;
        }
        return count;
    }
}
