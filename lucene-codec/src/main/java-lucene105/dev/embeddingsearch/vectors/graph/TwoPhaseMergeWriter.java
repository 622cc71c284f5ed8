/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatVectorsFormat;
import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.codecs.hnsw.FlatVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.util.IORunnable;

/** Merges the vectors of a field first, and builds its graph then. Lucene 10.5 merges all vectors before any graph. */
public abstract class TwoPhaseMergeWriter extends KnnVectorsWriter {

    /** Merges the vectors of a field, and returns what is left to do when those of all fields are merged. */
    public abstract IORunnable mergeVectors(FieldInfo field, MergeState state) throws IOException;

    @Override
    public final IORunnable mergeOneField(FieldInfo field, MergeState state) throws IOException {
        return mergeVectors(field, state);
    }

    /** Calls a writer of Lucene's. */
    static IORunnable mergeVectors(KnnVectorsWriter writer, FieldInfo field, MergeState state) throws IOException {
        return writer.mergeOneField(field, state);
    }

    /** Lucene's writer of graphs over the vectors that {@code flat} writes in {@code format}. */
    static KnnVectorsWriter graphWriter(
            SegmentWriteState state, GraphOptions graph, DistinctFlatWriter flat, FlatVectorsFormat format)
            throws IOException {
        FlatVectorsFormat nodes = new FlatVectorsFormat(format.getName()) {
            @Override
            public FlatVectorsWriter fieldsWriter(SegmentWriteState writeState) {
                throw new UnsupportedOperationException("only reads merged vectors");
            }

            @Override
            public FlatVectorsReader fieldsReader(SegmentReadState merged) throws IOException {
                SegmentReadState written = new SegmentReadState( // a flush does not know its fields when it begins
                        merged.directory, merged.segmentInfo, flat.fieldInfos(), merged.context, merged.segmentSuffix);
                return new NodeVectorsReader(format.fieldsReader(written), flat);
            }
        };
        return new Lucene99HnswVectorsWriter(
                state,
                graph.m(),
                graph.efConstruction(),
                nodes,
                flat,
                FlushThreads.workers(state, graph),
                null,
                graph.threshold());
    }
}
