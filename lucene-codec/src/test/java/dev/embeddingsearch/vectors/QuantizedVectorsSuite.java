/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import dev.embeddingsearch.vectors.flat.VectorPrecision;
import java.io.IOException;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.tests.index.BaseKnnVectorsFormatTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Lucene's suite for vectors formats: each test with a graph in every segment, in large ones only, or in none. */
abstract class QuantizedVectorsSuite extends BaseKnnVectorsFormatTestCase {
    private final Quantization quantization;
    private final VectorPrecision precision;
    private KnnVectorsFormat format;

    QuantizedVectorsSuite(Quantization quantization) {
        this(quantization, VectorPrecision.FLOAT32);
    }

    QuantizedVectorsSuite(Quantization quantization, VectorPrecision precision) {
        this.quantization = quantization;
        this.precision = precision;
    }

    @Override
    public void setUp() throws Exception {
        QuantizedVectorsFormat whole = switch (random().nextInt(3)) {
            case 0 -> new QuantizedVectorsFormat(quantization, 8, 50, 0);
            case 1 -> QuantizedVectorsFormat.hnsw(quantization, 16, 8, 50);
            default -> QuantizedVectorsFormat.flat(quantization);
        };
        format = whole.withPrecision(precision);
        super.setUp();
    }

    @Override
    protected Codec getCodec() {
        return TestUtil.alwaysKnnVectorsFormat(format);
    }

    /** Exact vectors are always stored. */
    @Override
    protected boolean supportsFloatVectorFallback() {
        return false;
    }

    @Override
    protected int getQuantizationBits() {
        return quantization.encoding().getBits();
    }

    /** Skips segments with duplicate vectors, whose graph has fewer nodes than Lucene expects. */
    @Override
    protected void assertOffHeapByteSize(LeafReader reader, String field) throws IOException {
        EmbeddingVectorsReader fieldReader = EmbeddingVectorsReader.find(reader, field);
        if (fieldReader == null || fieldReader.nodes(field) == null) {
            super.assertOffHeapByteSize(reader, field);
        }
    }
}
