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

    /** The exact vectors are always there. */
    @Override
    protected boolean supportsFloatVectorFallback() {
        return false;
    }

    @Override
    protected int getQuantizationBits() {
        return quantization.encoding().getBits();
    }

    /** Of fewer nodes than vectors, the graph is not shown. */
    @Override
    protected void assertOffHeapByteSize(LeafReader reader, String field) throws IOException {
        EmbeddingVectorsReader ours = EmbeddingVectorsReader.find(reader, field);
        if (ours == null || ours.nodes(field) == null) {
            super.assertOffHeapByteSize(reader, field);
        }
    }
}
