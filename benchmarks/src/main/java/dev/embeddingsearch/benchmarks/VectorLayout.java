/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import dev.embeddingsearch.hybrid.HybridQuery;
import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.vectors.EmbeddingVectorsFormat;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import dev.embeddingsearch.vectors.flat.VectorPrecision;
import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
// ScalarEncoding is a member of this class in Lucene 10.4, of QuantizedByteVectorValues below from 10.5 on.
import org.apache.lucene.codecs.lucene104.Lucene104ScalarQuantizedVectorsFormat.*;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.RescoreTopNQuery;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.*;

/** The ways to lay out and search vectors that are compared: Lucene's own and ours, all with the same graph. */
enum VectorLayout {
    LUCENE_FLOAT("Lucene, float", null, VectorPrecision.FLOAT32),
    LUCENE_BINARY("Lucene, 1 bit, all rescored", null, VectorPrecision.FLOAT32),
    NONE("`none`", Quantization.NONE, VectorPrecision.FLOAT32),
    INT8("`int8`", Quantization.INT8, VectorPrecision.FLOAT32),
    INT4("`int4`", Quantization.INT4, VectorPrecision.FLOAT32),
    BINARY("`binary`", Quantization.BINARY, VectorPrecision.FLOAT32),
    INT8_HALF("`int8`, `float16`", Quantization.INT8, VectorPrecision.FLOAT16),
    INT4_HALF("`int4`, `float16`", Quantization.INT4, VectorPrecision.FLOAT16),
    BINARY_HALF("`binary`, `float16`", Quantization.BINARY, VectorPrecision.FLOAT16);

    static final String FIELD = "vector";

    private static final int M = 16;
    private static final int EF_CONSTRUCTION = 100;

    private final String title;
    private final Quantization quantization;
    private final VectorPrecision storage;

    VectorLayout(String title, Quantization quantization, VectorPrecision storage) {
        this.title = title;
        this.quantization = quantization;
        this.storage = storage;
    }

    String title() {
        return title;
    }

    KnnVectorsFormat format(int dimensions) {
        return switch (this) {
            case LUCENE_FLOAT -> new Longer(new Lucene99HnswVectorsFormat(M, EF_CONSTRUCTION));
            case LUCENE_BINARY ->
                new Longer(new Lucene104HnswScalarQuantizedVectorsFormat(
                        ScalarEncoding.SINGLE_BIT_QUERY_NIBBLE, M, EF_CONSTRUCTION));
            case NONE -> EmbeddingVectorsFormat.hnsw(M, EF_CONSTRUCTION);
            default ->
                QuantizedVectorsFormat.hnsw(quantization, dimensions, M, EF_CONSTRUCTION)
                        .withPrecision(storage);
        };
    }

    /** Whether a query may say how many of its candidates are compared exactly. */
    boolean rescores() {
        return quantization != null && quantization != Quantization.NONE;
    }

    /** Asks for {@code k} of so many candidates, of which {@code rescored} are compared exactly. */
    Query query(float[] vector, Query filter, int k, int candidates, int rescored) {
        if (quantization == null) {
            Query knn = new KnnFloatVectorQuery(FIELD, vector, candidates, filter);
            return this == LUCENE_FLOAT
                    ? knn
                    : RescoreTopNQuery.createFullPrecisionRescorerQuery(knn, vector, FIELD, k);
        }
        KnnTarget leg = new KnnTarget(FIELD, vector, VectorSimilarityFunction.DOT_PRODUCT, 0);
        KnnQuery.Options options = new KnnQuery.Options(
                k, candidates, KnnQuery.Rescoring.fixed(rescored), Double.NEGATIVE_INFINITY, false);
        return HybridQuery.vectorOnly(new KnnQuery(leg, filter, options), leg);
    }

    /** One of Lucene's formats under its own name, without its limit of 1,024 dimensions, which only writing knows. */
    private static final class Longer extends KnnVectorsFormat {
        private final KnnVectorsFormat lucene;

        Longer(KnnVectorsFormat lucene) {
            super(lucene.getName());
            this.lucene = lucene;
        }

        @Override
        public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
            return lucene.fieldsWriter(state);
        }

        @Override
        public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
            return lucene.fieldsReader(state);
        }

        @Override
        public int getMaxDimensions(String fieldName) {
            return EmbeddingVectorsFormat.MAX_DIMENSIONS;
        }
    }
}
