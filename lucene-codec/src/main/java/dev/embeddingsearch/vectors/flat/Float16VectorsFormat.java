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
 * Exact vectors in half precision, to stand beside their codes.
 *
 * <p>Files are those of {@link Lucene99FlatVectorsFormat}, <code>.vec</code> and <code>.vemf</code>, in which a field with
 * n float numbers is one with vectors of <code>2 * n</code> bytes: each number has two, the lower first, of IEEE 754
 * binary16. Fields with vectors of bytes are in them as they are.
 */
public final class Float16VectorsFormat extends FlatVectorsFormat {
    private static final FlatVectorsScorer SCORER = FlatVectorScorerUtil.getLucene99FlatVectorsScorer();

    private final FlatVectorsFormat lucene = new Lucene99FlatVectorsFormat(SCORER);

    public Float16VectorsFormat() {
        super("EmbeddingSearchHalfVectors"); // never in an index: the format around it is
    }

    @Override
    public FlatVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
        return new Float16VectorsWriter(state, lucene.fieldsWriter(state));
    }

    @Override
    public FlatVectorsReader fieldsReader(SegmentReadState state) throws IOException {
        SegmentReadState inFiles = new SegmentReadState(
                state.directory,
                state.segmentInfo,
                Float16.inFiles(state.fieldInfos),
                state.context,
                state.segmentSuffix);
        return new Float16VectorsReader(lucene.fieldsReader(inFiles), state.fieldInfos);
    }

    @Override
    public String toString() {
        return getName() + "(" + lucene + ")";
    }
}
