/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import dev.embeddingsearch.vectors.graph.GraphNodeSearch;
import dev.embeddingsearch.vectors.graph.GraphNodes;
import dev.embeddingsearch.vectors.graph.NodeGraphReader;
import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.codecs.hnsw.HnswGraphProvider;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.IOSupplier;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** Lucene's reader with the centroids beside it, and the nodes of graphs where vectors are there twice. */
final class EmbeddingVectorsReader extends NodeGraphReader {
    private final KnnVectorsReader delegate;
    private final FlatVectorsReader flat;
    private final boolean quantized;
    private final IndexInput centroidsFile;
    private final CentroidsFile.Content content;
    /** Null where each node of every graph is a vector. */
    private final IndexInput nodesFile;

    private final boolean graphs;
    /** Whether this instance was opened and so closes the files: others share them. */
    private final boolean opened;

    private EmbeddingVectorsReader(
            Lucenes lucenes, IndexInput centroidsFile, CentroidsFile.Content content, IndexInput nodesFile) {
        this.delegate = lucenes.vectors;
        this.flat = lucenes.flat;
        this.quantized = lucenes.quantized;
        this.centroidsFile = centroidsFile;
        this.content = content;
        this.nodesFile = nodesFile;
        this.graphs = true;
        this.opened = true;
    }

    /** Shares the files of {@code reader}. */
    private EmbeddingVectorsReader(EmbeddingVectorsReader reader, KnnVectorsReader delegate, boolean graphs) {
        this.delegate = delegate;
        this.flat = reader.flat;
        this.quantized = reader.quantized;
        this.centroidsFile = reader.centroidsFile;
        this.content = reader.content;
        this.nodesFile = reader.nodesFile;
        this.graphs = graphs;
        this.opened = false;
    }

    /**
     * Lucene's readers of a segment.
     *
     * @param vectors reads everything
     * @param flat compares what graphs are made of
     * @param quantized whether that are codes
     */
    record Lucenes(KnnVectorsReader vectors, FlatVectorsReader flat, boolean quantized) {}

    /** Opens what {@code lucene} wrote, and the centroids beside it. */
    static EmbeddingVectorsReader open(SegmentReadState state, IOSupplier<Lucenes> lucene) throws IOException {
        Lucenes lucenes = openLucenes(state, lucene);
        IndexInput centroids = null;
        IndexInput nodes = null;
        try {
            centroids = CentroidsFile.open(state);
            CentroidsFile.Content content = CentroidsFile.read(centroids, state);
            nodes = content.nodes().isEmpty() ? null : GraphNodes.openFile(state);
            return new EmbeddingVectorsReader(lucenes, centroids, content, nodes);
        } catch (Throwable t) {
            IOUtils.closeWhileHandlingException(nodes, centroids, lucenes.vectors);
            throw t;
        }
    }

    /** A file too short for its header is as damaged as one too short for its footer. */
    private static Lucenes openLucenes(SegmentReadState state, IOSupplier<Lucenes> lucene) throws IOException {
        try {
            return lucene.get();
        } catch (EOFException e) {
            throw new CorruptIndexException("a file of vectors is truncated", state.segmentInfo.name, e);
        }
    }

    /** The reader of {@code field} in a segment's vectors reader; null when another format wrote it. */
    static EmbeddingVectorsReader in(KnnVectorsReader reader, String field) {
        return NodeGraphReader.of(reader, field) instanceof EmbeddingVectorsReader ours ? ours : null;
    }

    /** The reader of {@code field} in a segment; null when another format wrote it, or where the field is hidden. */
    static EmbeddingVectorsReader in(LeafReader reader, String field) {
        return NodeGraphReader.of(reader, field) instanceof EmbeddingVectorsReader ours ? ours : null;
    }

    /** Whether a search's scores are estimates. */
    boolean quantized() {
        return quantized;
    }

    @Override
    public RandomVectorScorer estimator(String field, float[] target) throws IOException {
        return quantized ? flat.getRandomVectorScorer(field, target) : null;
    }

    /** The stored centroid; null when the field has no vector other than zero vectors. */
    Centroid centroid(String field) {
        return content.centroids().get(field);
    }

    @Override
    public EmbeddingVectorsReader withoutGraphs() {
        return new EmbeddingVectorsReader(this, delegate, false);
    }

    @Override
    public GraphNodes nodes(String field) throws IOException {
        GraphNodes.Entry entry = content.nodes().get(field);
        return entry == null ? null : entry.open(nodesFile);
    }

    @Override
    public HnswGraph nodeGraph(String field) throws IOException {
        return graphs ? ((HnswGraphProvider) delegate).getGraph(field) : HnswGraph.EMPTY;
    }

    /** Whoever asks takes nodes for ordinals. */
    @Override
    public HnswGraph getGraph(String field) throws IOException {
        return content.nodes().containsKey(field) ? HnswGraph.EMPTY : nodeGraph(field);
    }

    @Override
    public void checkIntegrity() throws IOException {
        delegate.checkIntegrity();
        CodecUtil.checksumEntireFile(centroidsFile);
        if (nodesFile != null) {
            CodecUtil.checksumEntireFile(nodesFile);
        }
    }

    @Override
    public FloatVectorValues getFloatVectorValues(String field) throws IOException {
        return delegate.getFloatVectorValues(field);
    }

    @Override
    public ByteVectorValues getByteVectorValues(String field) throws IOException {
        return delegate.getByteVectorValues(field);
    }

    @Override
    public void search(String field, float[] target, KnnCollector collector, AcceptDocs acceptDocs) throws IOException {
        GraphNodes nodes = nodes(field);
        if (nodes == null) {
            delegate.search(field, target, collector, acceptDocs);
        } else {
            new GraphNodeSearch(flat.getRandomVectorScorer(field, target), nodes, nodeGraph(field))
                    .search(collector, acceptDocs);
        }
    }

    @Override
    public void search(String field, byte[] target, KnnCollector collector, AcceptDocs acceptDocs) throws IOException {
        delegate.search(field, target, collector, acceptDocs);
    }

    @Override
    public KnnVectorsReader getMergeInstance() throws IOException {
        return new EmbeddingVectorsReader(this, delegate.getMergeInstance(), graphs);
    }

    @Override
    public void finishMerge() throws IOException {
        delegate.finishMerge();
    }

    @Override
    public Map<String, Long> getOffHeapByteSize(FieldInfo fieldInfo) {
        return delegate.getOffHeapByteSize(fieldInfo);
    }

    @Override
    public void close() throws IOException {
        if (opened) {
            IOUtils.close(delegate, centroidsFile, nodesFile);
        }
    }
}
