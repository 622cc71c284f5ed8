/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import dev.embeddingsearch.vectors.flat.FilterFlatVectorsReader;
import java.io.IOException;
import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.util.hnsw.CloseableRandomVectorScorerSupplier;
import org.apache.lucene.util.quantization.BaseQuantizedByteVectorValues;
import org.apache.lucene.util.quantization.QuantizedVectorsReader;
import org.apache.lucene.util.quantization.ScalarQuantizer;

/** Shows {@link org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsWriter} only the merged vectors that are nodes. */
final class NodeVectorsReader extends FilterFlatVectorsReader implements QuantizedVectorsReader {
    private final DistinctFlatWriter writer;

    NodeVectorsReader(FlatVectorsReader vectors, DistinctFlatWriter writer) {
        super(vectors, writer.getFlatVectorScorer());
        this.writer = writer;
    }

    @Override
    public FloatVectorValues getFloatVectorValues(String field) throws IOException {
        FloatVectorValues vectors = delegate.getFloatVectorValues(field);
        MergeDuplicates duplicates = writer.duplicates(field);
        return duplicates == null ? vectors : duplicates.nodes(vectors);
    }

    /** Lucene asks for these scorers, whether the vectors are quantized or not, if a reader can have quantized ones. */
    @Override
    public CloseableRandomVectorScorerSupplier getRandomVectorScorerSupplierForMerge(
            FieldInfo field, SegmentWriteState state) throws IOException {
        if (delegate instanceof QuantizedVectorsReader quantized) {
            return writer.nodes(field, quantized.getRandomVectorScorerSupplierForMerge(field, state));
        }
        FloatVectorValues vectors = delegate.getFloatVectorValues(field.name);
        return writer.nodes(
                field,
                CloseableRandomVectorScorerSupplier.create(
                        vectorScorer.getRandomVectorScorerSupplier(field.getVectorSimilarityFunction(), vectors),
                        vectors.size(),
                        () -> {}));
    }

    @Override
    public BaseQuantizedByteVectorValues getQuantizedVectorValues(String field) {
        throw new UnsupportedOperationException("graphs are built with scorers");
    }

    @Override
    public ScalarQuantizer getQuantizationState(String field) {
        throw new UnsupportedOperationException("graphs are built with scorers");
    }
}
