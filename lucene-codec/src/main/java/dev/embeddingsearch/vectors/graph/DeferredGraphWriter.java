/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import dev.embeddingsearch.vectors.flat.BufferedFieldWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.util.IORunnable;
import org.apache.lucene.util.RamUsageEstimator;

/**
 * Defers building the graph of a flushed segment until its vectors are quantized.
 *
 * <p>{@link org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsWriter} inserts vectors into the graph while documents
 * are added. It compares exact vectors then, because vectors are quantized at the flush; only merges build the graph
 * over quantized vectors. This writer buffers the vectors instead, and at the flush writes them as if a single segment
 * were merged.
 *
 * <p>A merge writes temporary files. To avoid them, the vectors of a segment that gets no graph are passed to Lucene's
 * writer at the flush. Byte vectors, which are not quantized, go there at once.
 */
public final class DeferredGraphWriter extends TwoPhaseMergeWriter {
    private static final long SHALLOW_SIZE = RamUsageEstimator.shallowSizeOfInstance(DeferredGraphWriter.class);

    private final SegmentWriteState state;
    private final TwoPhaseMergeWriter delegate;
    private final GraphOptions graph;
    private final List<BufferedFieldWriter> fields = new ArrayList<>();

    public DeferredGraphWriter(SegmentWriteState state, TwoPhaseMergeWriter delegate, GraphOptions graph) {
        this.state = state;
        this.delegate = delegate;
        this.graph = graph;
    }

    @Override
    public KnnFieldVectorsWriter<?> addField(FieldInfo field) throws IOException {
        if (field.getVectorEncoding() != VectorEncoding.FLOAT32) {
            return delegate.addField(field);
        }
        fields.add(new BufferedFieldWriter(field));
        return fields.getLast();
    }

    @Override
    @SuppressWarnings("unchecked") // Lucene gives a FLOAT32 field a writer of float[]
    public void flush(int maxDoc, Sorter.DocMap sortMap) throws IOException {
        List<IORunnable> graphs = new ArrayList<>();
        for (BufferedFieldWriter buffer : fields) {
            if (graph.buildsGraph(buffer.getVectors().size())) {
                Executor helpers =
                        graph.flushThreads().executorFor(buffer.getVectors().size());
                graphs.add(delegate.mergeVectors(buffer.field(), buffer.toMergeState(state, sortMap, helpers)));
                buffer.clear();
            } else {
                buffer.moveTo((KnnFieldVectorsWriter<float[]>) delegate.addField(buffer.field()));
            }
        }
        delegate.flush(maxDoc, sortMap);
        for (IORunnable graphOfField : graphs) {
            graphOfField.run();
        }
    }

    @Override
    public IORunnable mergeVectors(FieldInfo field, MergeState mergeState) throws IOException {
        return delegate.mergeVectors(field, mergeState);
    }

    @Override
    public void finish() throws IOException {
        delegate.finish();
    }

    @Override
    public long ramBytesUsed() {
        return SHALLOW_SIZE
                + delegate.ramBytesUsed()
                + fields.stream().mapToLong(BufferedFieldWriter::ramBytesUsed).sum();
    }

    @Override
    public void close() throws IOException {
        delegate.close();
    }
}
