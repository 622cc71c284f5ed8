/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import dev.embeddingsearch.vectors.flat.BufferedField;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.util.RamUsageEstimator;

/**
 * Lucene's writer of graphs, which builds none before it has codes to compare. Lucene's own builds the graph of a segment
 * that is first written while documents are added, over exact vectors, for codes are made when the last one has come;
 * only merges make codes first. Here the vectors of such a segment wait, and are then written the way a merge writes.
 *
 * <p>That way has temporary files. A segment that will have no graph is spared them: its vectors are handed on to be
 * written at once. So are vectors of bytes, which have no codes.
 */
public final class DeferredGraphWriter extends KnnVectorsWriter {
    private static final long SHALLOW_SIZE = RamUsageEstimator.shallowSizeOfInstance(DeferredGraphWriter.class);

    private final SegmentWriteState state;
    private final KnnVectorsWriter lucene;
    private final GraphOptions graph;
    private final List<BufferedField> fields = new ArrayList<>();

    public DeferredGraphWriter(SegmentWriteState state, KnnVectorsWriter lucene, GraphOptions graph) {
        this.state = state;
        this.lucene = lucene;
        this.graph = graph;
    }

    @Override
    public KnnFieldVectorsWriter<?> addField(FieldInfo field) throws IOException {
        if (field.getVectorEncoding() != VectorEncoding.FLOAT32) {
            return lucene.addField(field);
        }
        fields.add(new BufferedField(field));
        return fields.getLast();
    }

    @Override
    @SuppressWarnings("unchecked") // Lucene gives a FLOAT32 field a writer of float[]
    public void flush(int maxDoc, Sorter.DocMap sortMap) throws IOException {
        for (BufferedField buffer : fields) {
            if (graph.worthwhile(buffer.getVectors().size())) {
                lucene.mergeOneField(buffer.field(), buffer.asMerge(state, sortMap));
                buffer.clear();
            } else {
                buffer.moveTo((KnnFieldVectorsWriter<float[]>) lucene.addField(buffer.field()));
            }
        }
        lucene.flush(maxDoc, sortMap);
    }

    @Override
    public void mergeOneField(FieldInfo field, MergeState mergeState) throws IOException {
        lucene.mergeOneField(field, mergeState);
    }

    @Override
    public void finish() throws IOException {
        lucene.finish();
    }

    @Override
    public long ramBytesUsed() {
        return SHALLOW_SIZE
                + lucene.ramBytesUsed()
                + fields.stream().mapToLong(BufferedField::ramBytesUsed).sum();
    }

    @Override
    public void close() throws IOException {
        lucene.close();
    }
}
