/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import dev.embeddingsearch.vectors.graph.EntryPoints;
import dev.embeddingsearch.vectors.graph.GraphNodeSearch;
import dev.embeddingsearch.vectors.graph.GraphNodes;
import dev.embeddingsearch.vectors.graph.GraphNodesFile;
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
import org.apache.lucene.util.hnsw.OrdinalTranslatedKnnCollector;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** Lucene's vectors reader, with the centroids of fields and the nodes of their graphs. */
final class EmbeddingVectorsReader extends NodeGraphReader {
    private final KnnVectorsReader delegate;
    /** Scores the vectors, or the quantized vectors, of which the graphs are built. */
    private final FlatVectorsReader flat;

    private final boolean quantized;
    private final IndexInput centroidsFile;
    private final CentroidsFile.Content content;
    /** Null if no field has duplicate vectors. */
    private final IndexInput nodesFile;

    /** False to hide the graphs from merges. */
    private final boolean graphs;
    /** Whether this instance closes the files; merge instances share them with the reader that was opened. */
    private final boolean ownsFiles;

    private EmbeddingVectorsReader(
            LuceneReaders readers, IndexInput centroidsFile, CentroidsFile.Content content, IndexInput nodesFile) {
        this.delegate = readers.vectors;
        this.flat = readers.flat;
        this.quantized = readers.quantized;
        this.centroidsFile = centroidsFile;
        this.content = content;
        this.nodesFile = nodesFile;
        this.graphs = true;
        this.ownsFiles = true;
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
        this.ownsFiles = false;
    }

    /**
     * Lucene's readers of a segment.
     *
     * @param vectors reads vectors and graphs
     * @param flat the part of {@code vectors} that scores the vectors of which the graphs are built
     * @param quantized whether these vectors are quantized
     */
    record LuceneReaders(KnnVectorsReader vectors, FlatVectorsReader flat, boolean quantized) {}

    /** Opens Lucene's readers, the centroids, and the nodes of graphs if there are any. */
    static EmbeddingVectorsReader open(SegmentReadState state, IOSupplier<LuceneReaders> opener) throws IOException {
        LuceneReaders readers = openLuceneReaders(state, opener);
        IndexInput centroids = null;
        IndexInput nodes = null;
        try {
            centroids = CentroidsFile.open(state);
            CentroidsFile.Content content = CentroidsFile.read(centroids, state);
            nodes = content.nodes().isEmpty() ? null : GraphNodesFile.open(state);
            return new EmbeddingVectorsReader(readers, centroids, content, nodes);
        } catch (Throwable t) {
            IOUtils.closeWhileHandlingException(nodes, centroids, readers.vectors);
            throw t;
        }
    }

    /** Reports a file that is too short for its header as corrupt, as Lucene does if it is too short for its footer. */
    private static LuceneReaders openLuceneReaders(SegmentReadState state, IOSupplier<LuceneReaders> opener)
            throws IOException {
        try {
            return opener.get();
        } catch (EOFException e) {
            throw new CorruptIndexException("a file of vectors is truncated", state.segmentInfo.name, e);
        }
    }

    /** The reader of {@code field} inside the vectors reader of a segment; null if another format wrote the field. */
    static EmbeddingVectorsReader find(KnnVectorsReader reader, String field) {
        return NodeGraphReader.of(reader, field) instanceof EmbeddingVectorsReader found ? found : null;
    }

    /**
     * The reader of {@code field} in a segment; null if another format wrote the field, or if {@code reader} hides it.
     */
    static EmbeddingVectorsReader find(LeafReader reader, String field) {
        return NodeGraphReader.of(reader, field) instanceof EmbeddingVectorsReader found ? found : null;
    }

    /** Whether searches score quantized vectors, so that their scores are estimates. */
    boolean quantized() {
        return quantized;
    }

    @Override
    public RandomVectorScorer estimator(String field, float[] target) throws IOException {
        return quantized ? flat.getRandomVectorScorer(field, target) : null;
    }

    /** The stored centroid; null if the field has no vectors other than zero vectors. */
    Centroid centroid(String field) {
        return content.centroids().get(field);
    }

    @Override
    public EmbeddingVectorsReader withoutGraphs() {
        return new EmbeddingVectorsReader(this, delegate, false);
    }

    @Override
    public GraphNodes nodes(String field) throws IOException {
        GraphNodesFile.Entry entry = content.nodes().get(field);
        return entry == null ? null : entry.open(nodesFile);
    }

    @Override
    public HnswGraph nodeGraph(String field) throws IOException {
        return graphs ? ((HnswGraphProvider) delegate).getGraph(field) : HnswGraph.EMPTY;
    }

    /** Empty for a field with duplicate vectors: Lucene takes the nodes of this graph for ordinals. */
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
        HnswGraph graph = nodeGraph(field);
        int acceptedCount = Math.min(acceptDocs.cost(), graph.size());
        if (nodes != null) {
            new GraphNodeSearch(flat.getRandomVectorScorer(field, target), nodes, graph).search(collector, acceptDocs);
        } else if (EntryPoints.usesGraph(collector.k(), graph.size(), acceptedCount)) {
            RandomVectorScorer scorer = flat.getRandomVectorScorer(field, target);
            EntryPoints.search(
                    scorer,
                    new OrdinalTranslatedKnnCollector(collector, scorer::ordToDoc),
                    graph,
                    scorer.getAcceptOrds(acceptDocs.bits()),
                    acceptedCount);
        } else {
            delegate.search(field, target, collector, acceptDocs);
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
        if (ownsFiles) {
            IOUtils.close(delegate, centroidsFile, nodesFile);
        }
    }
}
