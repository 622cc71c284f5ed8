/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.util.IORunnable;

/** Merges the vectors of a field first, and builds its graph then. Lucene 10.4 does both before the next field. */
public abstract class TwoPhaseMergeWriter extends KnnVectorsWriter {

    /** Merges the vectors of a field, and returns what is left to do when those of all fields are merged. */
    public abstract IORunnable mergeVectors(FieldInfo field, MergeState state) throws IOException;

    @Override
    public final void mergeOneField(FieldInfo field, MergeState state) throws IOException {
        mergeVectors(field, state).run();
    }

    /** Calls a writer of Lucene's, which leaves nothing to do. */
    static IORunnable mergeVectors(KnnVectorsWriter writer, FieldInfo field, MergeState state) throws IOException {
        writer.mergeOneField(field, state);
        return () -> {};
    }

    /** Lucene's writer of graphs over the vectors that {@code flat} writes. */
    static KnnVectorsWriter graphWriter(
            SegmentWriteState state, GraphOptions graph, DistinctFlatWriter flat, FlatVectorsFormat format)
            throws IOException {
        return new Lucene99HnswVectorsWriter(
                state,
                graph.m(),
                graph.efConstruction(),
                flat,
                FlushThreads.workers(state, graph),
                null,
                graph.threshold());
    }
}
