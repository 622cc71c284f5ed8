/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import java.io.IOException;
import org.apache.lucene.codecs.hnsw.FlatVectorsFormat;
import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.codecs.hnsw.FlatVectorsWriter;
import org.apache.lucene.codecs.lucene104.Lucene104ScalarQuantizedVectorsReader;
import org.apache.lucene.codecs.lucene104.Lucene104ScalarQuantizedVectorsWriter;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * The files of {@link org.apache.lucene.codecs.lucene104.Lucene104ScalarQuantizedVectorsFormat}, which does not let its
 * users choose the format of the exact vectors.
 */
final class QuantizedFlatFormat extends FlatVectorsFormat {
    private static final PrefetchingQuantizedScorer SCORER = new PrefetchingQuantizedScorer();

    private final Quantization quantization;
    private final FlatVectorsFormat exact;

    /** @param quantization what is written; reading accepts any */
    QuantizedFlatFormat(Quantization quantization, FlatVectorsFormat exact) {
        super("EmbeddingSearchQuantizedFlat"); // not written to the index, which names the enclosing format
        this.quantization = quantization;
        this.exact = exact;
    }

    @Override
    public FlatVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
        return new Lucene104ScalarQuantizedVectorsWriter(
                state, quantization.encoding(), exact.fieldsWriter(state), SCORER);
    }

    @Override
    public FlatVectorsReader fieldsReader(SegmentReadState state) throws IOException {
        return new Lucene104ScalarQuantizedVectorsReader(state, exact.fieldsReader(state), SCORER);
    }

    @Override
    public String toString() {
        return getName() + "(" + quantization + ", " + exact + ")";
    }
}
