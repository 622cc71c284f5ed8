/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.io.IOException;
import org.apache.lucene.codecs.hnsw.FlatVectorScorerUtil;
import org.apache.lucene.codecs.hnsw.FlatVectorsFormat;
import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.codecs.hnsw.FlatVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99FlatVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * Stores vectors in half precision, as the exact vectors beside quantized ones.
 *
 * <p>Files are those of {@link Lucene99FlatVectorsFormat}, <code>.vec</code> and <code>.vemf</code>, in which a field
 * of n-dimensional {@link org.apache.lucene.index.VectorEncoding#FLOAT32 FLOAT32} vectors is stored as a field of
 * <code>2 * n</code>-dimensional {@link org.apache.lucene.index.VectorEncoding#BYTE BYTE} vectors: two bytes for each
 * dimension, the lower byte first, of an IEEE 754 binary16 number. Fields of byte vectors are stored unchanged.
 */
public final class Float16VectorsFormat extends FlatVectorsFormat {
    private static final FlatVectorsScorer SCORER = FlatVectorScorerUtil.getLucene99FlatVectorsScorer();

    private final FlatVectorsFormat delegate = new Lucene99FlatVectorsFormat(SCORER);

    public Float16VectorsFormat() {
        super("EmbeddingSearchHalfVectors"); // not written to the index, which names the enclosing format
    }

    @Override
    public FlatVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
        return new Float16VectorsWriter(state, delegate.fieldsWriter(state));
    }

    @Override
    public FlatVectorsReader fieldsReader(SegmentReadState state) throws IOException {
        SegmentReadState asStored = new SegmentReadState(
                state.directory,
                state.segmentInfo,
                Float16.asByteVectors(state.fieldInfos),
                state.context,
                state.segmentSuffix);
        return new Float16VectorsReader(delegate.fieldsReader(asStored), state.fieldInfos, SCORER);
    }

    @Override
    public String toString() {
        return getName() + "(" + delegate + ")";
    }
}
