/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.estimate;

import dev.embeddingsearch.vectors.EmbeddingVectorsFormat;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import dev.embeddingsearch.vectors.VectorsTestCase;
import dev.embeddingsearch.vectors.flat.VectorPrecision;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;

/** Compares estimates with indices that the formats write, of vectors in clusters, as those of texts are. */
public class VectorsEstimateTests extends VectorsTestCase {
    private static final int EF_CONSTRUCTION = 100;
    private static final double TOLERANCE = .1;

    private static VectorsLayout hnsw(int dimensions, Quantization quantization, int m) {
        return new VectorsLayout(dimensions, quantization, VectorPrecision.FLOAT32, true, m, EF_CONSTRUCTION);
    }

    private static VectorsLayout flat(int dimensions, Quantization quantization) {
        return new VectorsLayout(dimensions, quantization, VectorPrecision.FLOAT32, false, 16, EF_CONSTRUCTION);
    }

    public void testShortVectorsInBytes() throws IOException {
        assertEstimated(hnsw(64, Quantization.INT8, 16), 12_000);
        assertEstimated(hnsw(128, Quantization.INT8, 8), 9_000);
    }

    public void testVectorsInHalfBytes() throws IOException {
        assertEstimated(hnsw(384, Quantization.INT4, 16), 10_000);
        assertEstimated(hnsw(256, Quantization.INT4, 32), 9_000);
    }

    public void testLongVectorsInBits() throws IOException {
        assertEstimated(hnsw(1_536, Quantization.BINARY, 16), 8_200);
        assertEstimated(hnsw(512, Quantization.BINARY, 16), 9_000);
    }

    public void testExactVectorsOnly() throws IOException {
        assertEstimated(hnsw(128, Quantization.NONE, 4), 9_000);
        assertEstimated(hnsw(384, Quantization.NONE, 16), 1_500);
    }

    public void testVectorsInHalfPrecision() throws IOException {
        assertEstimated(
                new VectorsLayout(384, Quantization.INT4, VectorPrecision.FLOAT16, true, 16, EF_CONSTRUCTION), 9_000);
        VectorsEstimate scan = assertEstimated(
                new VectorsLayout(1_536, Quantization.BINARY, VectorPrecision.FLOAT16, false, 16, EF_CONSTRUCTION),
                2_000);
        assertEquals(2_000 * 2 * 1_536, scan.vectorBytes());
    }

    public void testScansHaveNoGraph() throws IOException {
        assertEquals(0, assertEstimated(flat(1_536, Quantization.NONE), 2_000).graphBytes());
        assertEquals(0, assertEstimated(flat(100, Quantization.BINARY), 2_000).graphBytes());
        assertEquals(
                0, assertEstimated(hnsw(1_536, Quantization.BINARY, 16), 3_000).graphBytes());
        assertEquals(0, assertEstimated(hnsw(8, Quantization.NONE, 16), 600).graphBytes());
    }

    private static VectorsEstimate assertEstimated(VectorsLayout layout, int documents) throws IOException {
        VectorsEstimate estimate = VectorsEstimate.of(layout, documents, 1);
        try (Directory directory = write(layout, documents);
                DirectoryReader reader = DirectoryReader.open(directory)) {
            CodecReader segment = (CodecReader) only(reader);
            Map<String, Long> offHeap = segment.getVectorReader()
                    .getOffHeapByteSize(segment.getFieldInfos().fieldInfo("v"));
            Map<String, Long> files = files(directory);
            assertEquals(offHeap.get("vec").longValue(), estimate.vectorBytes());
            assertEquals(offHeap.getOrDefault("veq", 0L).longValue(), estimate.quantizedBytes());
            assertEquals(offHeap.get("vex") == 0, estimate.graphBytes() == 0);
            long memory = offHeap.getOrDefault("veq", offHeap.get("vec")) + files.get("vex");
            assertNear(layout + ": memory", memory, estimate.memoryBytes());
            long disk = files.values().stream().mapToLong(Long::longValue).sum();
            assertNear(layout + ": disk", disk, estimate.diskBytes());
        }
        return estimate;
    }

    private static void assertNear(String what, long actual, long estimated) {
        assertEquals(what, 1, (double) estimated / actual, TOLERANCE);
    }

    /** Writes one segment without a compound file, so that each kind of data has its own file. */
    private static Directory write(VectorsLayout layout, int documents) throws IOException {
        Directory directory = new ByteBuffersDirectory();
        IndexWriterConfig config = new IndexWriterConfig()
                .setCodec(TestUtil.alwaysKnnVectorsFormat(format(layout)))
                .setUseCompoundFile(false)
                .setMergeScheduler(new SerialMergeScheduler())
                .setRAMBufferSizeMB(256);
        float[][] vectors = inClusters(documents, layout.dimensions());
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (float[] vector : vectors) {
                Document document = new Document();
                document.add(new KnnFloatVectorField("v", vector, VectorSimilarityFunction.DOT_PRODUCT));
                writer.addDocument(document);
            }
        }
        return directory;
    }

    private static KnnVectorsFormat format(VectorsLayout layout) {
        Quantization quantization = layout.quantization();
        if (quantization == Quantization.NONE) {
            return layout.graph()
                    ? EmbeddingVectorsFormat.hnsw(layout.m(), layout.efConstruction())
                    : EmbeddingVectorsFormat.flat();
        }
        QuantizedVectorsFormat format = layout.graph()
                ? QuantizedVectorsFormat.hnsw(quantization, layout.dimensions(), layout.m(), layout.efConstruction())
                : QuantizedVectorsFormat.flat(quantization);
        return format.withPrecision(layout.precision());
    }

    /** Clusters of a hundred vectors, which deviate from the center of the cluster in few directions. */
    private static float[][] inClusters(int documents, int dimensions) {
        Random random = random();
        float[][] directions = gaussians(random, 32, dimensions);
        float[][] middles = gaussians(random, documents / 100, dimensions);
        float[][] vectors = gaussians(random, documents, dimensions);
        for (float[] vector : vectors) {
            float[] middle = middles[random.nextInt(middles.length)];
            for (int i = 0; i < dimensions; i++) {
                vector[i] = .3F * vector[i] + middle[i];
            }
            for (float[] direction : directions) {
                float step = (float) (random.nextGaussian() * .9 / Math.sqrt(directions.length));
                for (int i = 0; i < dimensions; i++) {
                    vector[i] += step * direction[i];
                }
            }
            VectorUtil.l2normalize(vector);
        }
        return vectors;
    }

    private static float[][] gaussians(Random random, int count, int dimensions) {
        float[][] vectors = new float[count][dimensions];
        for (float[] vector : vectors) {
            for (int i = 0; i < dimensions; i++) {
                vector[i] = (float) random.nextGaussian();
            }
        }
        return vectors;
    }

    /** Bytes of the vectors files, by extension. */
    private static Map<String, Long> files(Directory directory) throws IOException {
        Map<String, Long> bytes = new HashMap<>();
        for (String file : directory.listAll()) {
            String extension = file.substring(file.lastIndexOf('.') + 1);
            if (extension.startsWith("ve") || extension.equals("emc")) {
                bytes.merge(extension, directory.fileLength(file), Long::sum);
            }
        }
        return bytes;
    }

    public void testGraphThresholdIsThatOfTheFormat() {
        for (Quantization quantization : Quantization.values()) {
            int scanned = quantization == Quantization.NONE
                    ? 647 // the largest n that is not above 100 * ln(n)
                    : QuantizedVectorsFormat.scannedVectors(quantization, 16_384);
            VectorsLayout layout = hnsw(16_384, quantization, 16);
            assertFalse(layout.hasGraph(.9 * scanned));
            assertTrue(layout.hasGraph(1.1 * scanned));
            assertFalse(flat(16_384, quantization).hasGraph(1e9));
        }
    }

    public void testSegmentsTooSmallForAGraphSaveIt() {
        VectorsLayout layout = hnsw(1_536, Quantization.BINARY, 16);
        assertTrue(VectorsEstimate.of(layout, 100_000, 10).graphBytes() > 0);
        VectorsEstimate many = VectorsEstimate.of(layout, 100_000, 20);
        assertEquals(0, many.graphBytes());
        assertEquals(100_000 * (192 + 16), many.memoryBytes());
        assertEquals(100_000L * 4 * 1_536 + many.quantizedBytes(), many.diskBytes());
    }

    /** Measurements in docs/benchmarks-vectors.md: 30,000 and 100,000 vectors of 1,536 dimensions, and their memory. */
    public void testBuildsThatWereMeasured() {
        assertBuild(Quantization.NONE, 30_000, 58, 6_188);
        assertBuild(Quantization.INT8, 30_000, 47, 1_599);
        assertBuild(Quantization.INT4, 30_000, 49, 831);
        assertBuild(Quantization.BINARY, 30_000, 29, 255);
        assertBuild(Quantization.BINARY, 100_000, 134, 258);
    }

    private static void assertBuild(Quantization quantization, int documents, double seconds, double memory) {
        VectorsEstimate estimate = VectorsEstimate.of(hnsw(1_536, quantization, 16), documents, 1);
        assertEquals(1, estimate.buildSeconds() / seconds, .5);
        assertEquals(1, estimate.memoryBytes() / (memory * documents), TOLERANCE);
    }

    public void testMoreCandidatesAndLargerSegmentsTakeLongerToBuild() {
        VectorsLayout layout = hnsw(768, Quantization.BINARY, 16);
        double seconds = VectorsEstimate.of(layout, 1_000_000, 1).buildSeconds();
        assertTrue(seconds > 10 * VectorsEstimate.of(layout, 100_000, 1).buildSeconds());
        assertTrue(seconds > VectorsEstimate.of(layout, 1_000_000, 10).buildSeconds());
        VectorsLayout careful = new VectorsLayout(768, Quantization.BINARY, VectorPrecision.FLOAT32, true, 16, 400);
        assertEquals(2 * seconds, VectorsEstimate.of(careful, 1_000_000, 1).buildSeconds(), 1e-6);
        assertTrue(seconds
                > 3
                        * VectorsEstimate.of(flat(768, Quantization.BINARY), 1_000_000, 1)
                                .buildSeconds());
    }

    public void testLargestEstimateDoesNotOverflow() {
        VectorsEstimate most = VectorsEstimate.of(
                new VectorsLayout(16_384, Quantization.INT8, VectorPrecision.FLOAT32, true, 512, 3_200),
                VectorsEstimate.MAX_DOCUMENTS,
                1);
        assertTrue(most.diskBytes() > most.memoryBytes());
        assertTrue(most.memoryBytes() > 0);
        assertTrue(most.diskBytes() < Long.MAX_VALUE / 1_000);
    }

    public void testInvalidArguments() {
        VectorsLayout layout = hnsw(8, Quantization.INT8, 16);
        assertRefused("[documents] expects 1 to 100000000000, got [0]", () -> VectorsEstimate.of(layout, 0, 1));
        assertRefused("[segments] expects 1 to 5, got [6]", () -> VectorsEstimate.of(layout, 5, 6));
        assertRefused("[dimensions] expects 1 to 16384, got [16385]", () -> hnsw(16_385, Quantization.NONE, 16));
        assertRefused("[m] expects 2 to 512, got [1]", () -> hnsw(8, Quantization.NONE, 1));
        assertRefused("[ef_construction] expects 101 to 3200, got [100]", () -> hnsw(8, Quantization.NONE, 101));
    }

    private static void assertRefused(String message, ThrowingRunnable attempt) {
        assertEquals(
                message, expectThrows(IllegalArgumentException.class, attempt).getMessage());
    }
}
