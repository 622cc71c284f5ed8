/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import dev.embeddingsearch.vectors.flat.Float16VectorsFormat;
import dev.embeddingsearch.vectors.flat.VectorPrecision;
import dev.embeddingsearch.vectors.graph.DeferredGraphWriter;
import dev.embeddingsearch.vectors.graph.DistinctGraphWriter;
import dev.embeddingsearch.vectors.graph.FlushThreads;
import dev.embeddingsearch.vectors.graph.GraphNodesWriter;
import dev.embeddingsearch.vectors.graph.GraphOptions;
import dev.embeddingsearch.vectors.graph.TwoPhaseMergeWriter;
import java.io.IOException;
import java.util.concurrent.Executor;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatVectorsFormat;
import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104ScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * Lucene's HNSW vectors format over quantized vectors, for as many dimensions as {@link EmbeddingVectorsFormat}
 * supports, which also stores the {@link Centroid} of each float field, and gives equal vectors one node in the graph.
 * The exact vectors are stored as well.
 *
 * <p>Files are those of {@link Lucene104HnswScalarQuantizedVectorsFormat}: quantized vectors in <code>.veq</code>,
 * their encoding and the vector on which they are centered in <code>.vemq</code> (both described by {@link
 * Lucene104ScalarQuantizedVectorsFormat}), exact vectors in <code>.vec</code> and <code>.vemf</code>, the graph in
 * <code>.vex</code> and <code>.vem</code>. In addition there are the <code>.emc</code> and <code>.emn</code> files of
 * {@link EmbeddingVectorsFormat}. What its Javadoc says of deletes and of graphs in merges holds for this format too.
 *
 * <h2>Scores</h2>
 *
 * <p>A search scores quantized vectors: the scores that it collects are estimates. {@link
 * org.apache.lucene.index.FloatVectorValues#vectorValue vectorValue} and {@link
 * org.apache.lucene.index.FloatVectorValues#rescorer rescorer} are exact.
 *
 * <h2>Small segments</h2>
 *
 * <p>A segment has a graph if it has more than about {@value #SCANNED_VECTORS} vectors, or more than about {@value
 * #SCANNED_BYTES} bytes of quantized vectors. A search scans smaller segments, which takes about as long as a graph
 * search would. So indexing builds hardly any graphs; merges do. The graph of a larger flushed segment is built at the
 * flush, over quantized vectors as in a merge, and not while documents are added.
 *
 * <h2>Writing and reading</h2>
 *
 * <p>The configuration of an instance affects only what it writes. Every instance reads the segments of every other,
 * with any quantization, and a merge accepts segments of any other format.
 */
public sealed class QuantizedVectorsFormat extends KnnVectorsFormat permits Float16QuantizedVectorsFormat {
    /** The name in the index. It never changes: an incompatible format must have another name. */
    public static final String NAME = "EmbeddingSearchQuantized100";

    /** The most vectors of a segment without a graph. */
    static final int SCANNED_VECTORS = 8_000;
    /** The most bytes of quantized vectors of a segment without a graph. */
    static final int SCANNED_BYTES = 4_194_304;

    private static final FlatVectorsFormat FLOAT16 = new Float16VectorsFormat();

    private final VectorPrecision precision;
    private final Quantization quantization;
    private final GraphOptions graph;

    /** For reading. Its writer uses {@link Quantization#INT8} and Lucene's defaults for graphs. */
    public QuantizedVectorsFormat() {
        this(VectorPrecision.FLOAT32);
    }

    QuantizedVectorsFormat(VectorPrecision precision) {
        this(precision, Quantization.INT8, GraphOptions.withThreshold(Lucene99HnswVectorsFormat.HNSW_GRAPH_THRESHOLD));
    }

    /** For tests, which need graphs in small segments too. */
    QuantizedVectorsFormat(Quantization quantization, int m, int efConstruction, int graphThreshold) {
        this(VectorPrecision.FLOAT32, quantization, new GraphOptions(m, efConstruction, graphThreshold));
    }

    private QuantizedVectorsFormat(VectorPrecision precision, Quantization quantization, GraphOptions graph) {
        super(precision == VectorPrecision.FLOAT32 ? NAME : Float16QuantizedVectorsFormat.NAME);
        if (quantization == Quantization.NONE) {
            throw new IllegalArgumentException("expected bits to quantise to, got [" + quantization + "]");
        }
        this.precision = precision;
        this.quantization = quantization;
        this.graph = graph;
    }

    /**
     * A format that writes a graph in every segment that is large enough for searches to gain from it.
     *
     * @param dimensions of the vectors to be written
     * @param m as for {@link EmbeddingVectorsFormat#hnsw}
     * @param efConstruction as for {@link EmbeddingVectorsFormat#hnsw}
     */
    public static QuantizedVectorsFormat hnsw(Quantization quantization, int dimensions, int m, int efConstruction) {
        EmbeddingVectorsFormat.checkRange("m", m, Lucene99HnswVectorsFormat.MAXIMUM_MAX_CONN);
        EmbeddingVectorsFormat.checkRange(
                "ef_construction", efConstruction, Lucene99HnswVectorsFormat.MAXIMUM_BEAM_WIDTH);
        return new QuantizedVectorsFormat(quantization, m, efConstruction, graphThreshold(quantization, dimensions));
    }

    /** A format that never writes a graph: every search scans all quantized vectors. */
    public static QuantizedVectorsFormat flat(Quantization quantization) {
        return new QuantizedVectorsFormat(
                VectorPrecision.FLOAT32, quantization, GraphOptions.withThreshold(GraphOptions.NO_GRAPH));
    }

    /**
     * The same format with exact vectors in this precision; {@link VectorPrecision#FLOAT16} has a name of its own in
     * the index.
     */
    public QuantizedVectorsFormat withPrecision(VectorPrecision precision) {
        return new QuantizedVectorsFormat(precision, quantization, graph);
    }

    /** The same format, with several threads for a merge as in {@link EmbeddingVectorsFormat#withMergeWorkers}. */
    public QuantizedVectorsFormat withMergeWorkers(int workers) {
        return new QuantizedVectorsFormat(precision, quantization, graph.withMergeWorkers(workers));
    }

    /**
     * The same format, with several threads for the graph of a large segment when it is flushed.
     *
     * @param helpers run all of them but the one that flushes; null for none
     * @param count of all threads, at least 1
     */
    public QuantizedVectorsFormat withFlushThreads(Executor helpers, int count) {
        return withFlushThreads(new FlushThreads(helpers, count));
    }

    /** The same with these threads. */
    public QuantizedVectorsFormat withFlushThreads(FlushThreads threads) {
        return new QuantizedVectorsFormat(precision, quantization, graph.withFlushThreads(threads));
    }

    /**
     * Whether searches of {@code field} in this segment may score quantized vectors, so that their scores are
     * estimates: false for {@link EmbeddingVectorsFormat}, true for this format and, to be safe, for unknown formats.
     */
    public static boolean estimates(LeafReader reader, String field) {
        EmbeddingVectorsReader fieldReader = EmbeddingVectorsReader.find(reader, field);
        return fieldReader == null || fieldReader.quantized();
    }

    /**
     * Scores the quantized vectors of {@code field} by ordinal, with the scores that searches collect.
     *
     * @return null if this segment has no quantized vectors in this format, or no vectors
     */
    public static RandomVectorScorer estimator(LeafReader reader, String field, float[] target) throws IOException {
        EmbeddingVectorsReader fieldReader = EmbeddingVectorsReader.find(reader, field);
        return fieldReader == null ? null : fieldReader.estimator(field, target);
    }

    /** The most vectors of a segment without a graph; 0 for {@link Quantization#NONE}, which has no such limit. */
    public static int scannedVectors(Quantization quantization, int dimensions) {
        if (quantization == Quantization.NONE) {
            return 0;
        }
        return Math.min(SCANNED_VECTORS, SCANNED_BYTES / quantization.quantizedBytes(dimensions));
    }

    /**
     * The limit {@link #scannedVectors} as Lucene's threshold for graphs: the k of a search that visits so many
     * vectors, at k * ln(n) of n vectors.
     */
    public static int graphThreshold(Quantization quantization, int dimensions) {
        int vectors = scannedVectors(quantization, dimensions);
        return (int) (vectors / Math.log(vectors));
    }

    /** Quantized and exact vectors, without a graph. */
    private FlatVectorsFormat flatFormat() {
        FlatVectorsFormat exact = precision == VectorPrecision.FLOAT32 ? EmbeddingVectorsFormat.FLAT : FLOAT16;
        return new QuantizedFlatFormat(quantization, exact);
    }

    @Override
    public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
        GraphNodesWriter nodes = new GraphNodesWriter(state);
        TwoPhaseMergeWriter graphs = new DistinctGraphWriter(state, graph, flatFormat(), nodes);
        return new EmbeddingVectorsWriter(state, new DeferredGraphWriter(state, graphs, graph), precision, nodes);
    }

    @Override
    public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
        return EmbeddingVectorsReader.open(state, () -> {
            FlatVectorsReader quantized = flatFormat().fieldsReader(state);
            return new EmbeddingVectorsReader.LuceneReaders(
                    new Lucene99HnswVectorsReader(state, quantized), quantized, true);
        });
    }

    @Override
    public int getMaxDimensions(String fieldName) {
        return EmbeddingVectorsFormat.MAX_DIMENSIONS;
    }

    @Override
    public String toString() {
        return getName() + "(" + quantization + ", " + graph + ")";
    }
}
