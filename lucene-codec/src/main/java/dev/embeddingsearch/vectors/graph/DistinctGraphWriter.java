/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import dev.embeddingsearch.vectors.flat.MergeStates;
import java.io.IOException;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.util.IORunnable;
import org.apache.lucene.util.IOUtils;

/**
 * Writes vectors and their HNSW graph with {@link Lucene99HnswVectorsWriter}, but gives each distinct vector of a
 * segment only one node. {@link GraphNodes} explains why, and stores which vectors share a node.
 */
public final class DistinctGraphWriter extends TwoPhaseMergeWriter {
    private final GraphOptions graph;
    private final DistinctFlatWriter flat;
    private final KnnVectorsWriter delegate;
    private final GraphNodesWriter nodes;

    /** @param vectors the format of the vectors, exact or quantized */
    public DistinctGraphWriter(
            SegmentWriteState state, GraphOptions graph, FlatVectorsFormat vectors, GraphNodesWriter nodes)
            throws IOException {
        this.graph = graph;
        this.flat = new DistinctFlatWriter(vectors.fieldsWriter(state), graph);
        this.nodes = nodes;
        this.delegate = graphWriter(state, graph, flat, vectors);
    }

    @Override
    @SuppressWarnings("unchecked") // Lucene gives a FLOAT32 field a writer of float[]
    public KnnFieldVectorsWriter<?> addField(FieldInfo field) throws IOException {
        int before = flat.fields().size();
        KnnFieldVectorsWriter<?> graphWriter = delegate.addField(field); // adds the field to flat
        return flat.fields().size() == before
                ? graphWriter
                : flat.fields().getLast().before((KnnFieldVectorsWriter<float[]>) graphWriter);
    }

    @Override
    public void flush(int maxDoc, Sorter.DocMap sortMap) throws IOException {
        delegate.flush(maxDoc, sortMap);
        for (DistinctFieldWriter field : flat.fields()) {
            if (field.hasDuplicates()) {
                nodes.write(field.field(), field.representatives(sortMap));
            }
        }
    }

    @Override
    public IORunnable mergeVectors(FieldInfo field, MergeState mergeState) throws IOException {
        MergeState state = withFieldReaders(field, mergeState);
        MergeDuplicates duplicates = graph.enabled() && field.getVectorEncoding() == VectorEncoding.FLOAT32
                ? MergeDuplicates.find(field.name, state, graph)
                : null;
        if (duplicates == null) {
            return mergeVectors(delegate, field, withReusableGraphs(field, state));
        }
        nodes.write(field, duplicates.representatives());
        flat.setDuplicates(field, duplicates);
        IORunnable graphOfNodes = mergeVectors(delegate, field, duplicates.distinct());
        return () -> {
            graphOfNodes.run();
            flat.setDuplicates(field, null);
        };
    }

    /**
     * The merge with the readers of {@code field} in place of the per-field readers around them. Lucene looks for a
     * graph in the per-field reader, finds none, and would build every merged graph from scratch
     * (apache/lucene#16400).
     */
    private static MergeState withFieldReaders(FieldInfo field, MergeState state) {
        KnnVectorsReader[] readers = state.knnVectorsReaders.clone();
        for (int i = 0; i < readers.length; i++) {
            NodeGraphReader reader = NodeGraphReader.of(readers[i], field.name);
            if (reader != null && MergedVectorValues.hasVectorValues(state.fieldInfos[i], field.name)) {
                readers[i] = reader;
            }
        }
        return MergeStates.withReaders(state, readers);
    }

    /**
     * The merge with those graphs hidden that it must not start from: graphs of segments with deleted documents, which
     * would lose recall with every merge, and graphs of another {@code m}.
     */
    private MergeState withReusableGraphs(FieldInfo field, MergeState state) throws IOException {
        KnnVectorsReader[] readers = state.knnVectorsReaders.clone();
        for (int i = 0; i < readers.length; i++) {
            if (readers[i] instanceof NodeGraphReader reader
                    && MergedVectorValues.hasVectorValues(state.fieldInfos[i], field.name)) {
                boolean reusable =
                        state.liveDocs[i] == null && reader.getGraph(field.name).maxConn() == graph.m();
                readers[i] = reusable ? reader : reader.withoutGraphs();
            }
        }
        return MergeStates.withReaders(state, readers);
    }

    @Override
    public void finish() throws IOException {
        delegate.finish();
        nodes.finish();
    }

    @Override
    public long ramBytesUsed() {
        return delegate.ramBytesUsed();
    }

    @Override
    public void close() throws IOException {
        IOUtils.close(delegate, nodes);
    }
}
