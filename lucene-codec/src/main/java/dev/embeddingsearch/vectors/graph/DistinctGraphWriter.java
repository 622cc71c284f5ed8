/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import java.util.concurrent.Executor;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.SameThreadExecutorService;

/**
 * Lucene's writer of graphs, with each distinct vector of a segment in the graph once. Copies of a vector that were nodes
 * would be each other's nearest neighbours: with more of them than a node has neighbours, no way leads from them to
 * anything else.
 */
public final class DistinctGraphWriter extends KnnVectorsWriter {
    private final GraphOptions graph;
    private final DistinctFlatWriter flat;
    private final KnnVectorsWriter lucene;
    private final GraphNodesWriter nodes;

    public DistinctGraphWriter(
            SegmentWriteState state, GraphOptions graph, FlatVectorsWriter flat, GraphNodesWriter nodes)
            throws IOException {
        this.graph = graph;
        this.flat = new DistinctFlatWriter(flat, graph);
        this.nodes = nodes;
        this.lucene = new Lucene99HnswVectorsWriter(
                state, graph.m(), graph.efConstruction(), this.flat, graph.mergeWorkers(), null, graph.threshold());
    }

    @Override
    @SuppressWarnings("unchecked") // Lucene gives a FLOAT32 field a writer of float[]
    public KnnFieldVectorsWriter<?> addField(FieldInfo field) throws IOException {
        int before = flat.fields().size();
        KnnFieldVectorsWriter<?> graphs = lucene.addField(field);
        return flat.fields().size() == before
                ? graphs
                : flat.fields().getLast().before((KnnFieldVectorsWriter<float[]>) graphs);
    }

    @Override
    public void flush(int maxDoc, Sorter.DocMap sortMap) throws IOException {
        lucene.flush(maxDoc, sortMap);
        for (DistinctField field : flat.fields()) {
            if (field.hasCopies()) {
                nodes.write(field.field(), field.representatives(sortMap));
            }
        }
    }

    @Override
    public void mergeOneField(FieldInfo field, MergeState mergeState) throws IOException {
        MergeState state = withOurReaders(field, mergeState);
        MergedCopies copies = graph.possible() && field.getVectorEncoding() == VectorEncoding.FLOAT32
                ? MergedCopies.find(field.name, state, graph)
                : null;
        if (copies == null) {
            lucene.mergeOneField(field, withReusableGraphs(field, state));
            return;
        }
        nodes.write(field, copies.representatives());
        flat.show(copies);
        lucene.mergeOneField(field, copies.distinct());
        flat.show(null);
    }

    /**
     * The state with our own readers in place of the per-field ones. Lucene 10.4 looks for a graph in the per-field
     * reader, where there is none, and so builds every merged graph from nothing (apache/lucene#16400).
     */
    private static MergeState withOurReaders(FieldInfo field, MergeState state) {
        KnnVectorsReader[] readers = state.knnVectorsReaders.clone();
        for (int i = 0; i < readers.length; i++) {
            NodeGraphReader ours = NodeGraphReader.of(readers[i], field.name);
            if (ours != null && MergedVectorValues.hasVectorValues(state.fieldInfos[i], field.name)) {
                readers[i] = ours;
            }
        }
        return withReaders(state, readers);
    }

    /** Of the graphs that Lucene can find now, those that must not be built upon are hidden. */
    private MergeState withReusableGraphs(FieldInfo field, MergeState state) throws IOException {
        KnnVectorsReader[] readers = state.knnVectorsReaders.clone();
        for (int i = 0; i < readers.length; i++) {
            if (readers[i] instanceof NodeGraphReader ours
                    && MergedVectorValues.hasVectorValues(state.fieldInfos[i], field.name)) {
                boolean reusable =
                        state.liveDocs[i] == null && ours.getGraph(field.name).maxConn() == graph.m();
                readers[i] = reusable ? ours : ours.withoutGraphs();
            }
        }
        return withReaders(state, readers);
    }

    public static MergeState withReaders(MergeState state, KnnVectorsReader[] readers) {
        return new MergeState(
                state.docMaps,
                state.segmentInfo,
                state.mergeFieldInfos,
                state.storedFieldsReaders,
                state.termVectorsReaders,
                state.normsProducers,
                state.docValuesProducers,
                state.fieldInfos,
                state.liveDocs,
                state.fieldsProducers,
                state.pointsReaders,
                readers,
                state.maxDocs,
                state.infoStream,
                others(state.intraMergeTaskExecutor),
                state.needsIndexSort);
    }

    /** Null where there are no other threads: a graph is then better built upon all graphs there are. */
    private static Executor others(Executor threads) {
        return threads instanceof SameThreadExecutorService ? null : threads;
    }

    @Override
    public void finish() throws IOException {
        lucene.finish();
        nodes.finish();
    }

    @Override
    public long ramBytesUsed() {
        return lucene.ramBytesUsed();
    }

    @Override
    public void close() throws IOException {
        IOUtils.close(lucene, nodes);
    }
}
