/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import dev.embeddingsearch.vectors.flat.Float16VectorsFormat;
import dev.embeddingsearch.vectors.flat.VectorPrecision;
import dev.embeddingsearch.vectors.graph.DeferredGraphWriter;
import dev.embeddingsearch.vectors.graph.DistinctGraphWriter;
import dev.embeddingsearch.vectors.graph.GraphNodesWriter;
import dev.embeddingsearch.vectors.graph.GraphOptions;
import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatVectorsFormat;
import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.codecs.hnsw.FlatVectorsWriter;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104ScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104ScalarQuantizedVectorsReader;
import org.apache.lucene.codecs.lucene104.Lucene104ScalarQuantizedVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * Lucene's HNSW vectors format over quantised vectors, for as many dimensions as {@link EmbeddingVectorsFormat} takes,
 * which also keeps the {@link Centroid} of each float field. The exact vectors stay on disk beside their codes.
 *
 * <p>Files are those of {@link Lucene104HnswScalarQuantizedVectorsFormat}: codes in <code>.veq</code>, their
 * encoding and what they are centred on in <code>.vemq</code> ({@link Lucene104ScalarQuantizedVectorsFormat} describes
 * both), exact vectors in <code>.vec</code> and <code>.vemf</code>, the graph in <code>.vex</code> and <code>.vem</code>.
 * Beside them stand the <code>.emc</code> and <code>.emn</code> files of {@link EmbeddingVectorsFormat}, which also tells
 * what deletes and merges do to centroids and graphs: all of it holds here too.
 *
 * <h2>Scores</h2>
 *
 * <p>A search compares codes: what it collects has estimated scores. {@link
 * org.apache.lucene.index.FloatVectorValues#vectorValue vectorValue} and {@link
 * org.apache.lucene.index.FloatVectorValues#rescorer rescorer} are exact.
 *
 * <h2>Small segments</h2>
 *
 * <p>A segment has a graph from {@value #SCANNED_VECTORS} vectors on, or from as many as have {@value #SCANNED_BYTES}
 * bytes of codes, if that are fewer. Up to there a search compares all codes, which takes about as long as a walk through
 * a graph would. Ingest thus builds hardly any graph, merges build them. A segment that is larger when it is first written
 * gets its graph then, over codes as in a merge; nothing is built while documents are added.
 *
 * <h2>Writing and reading</h2>
 *
 * <p>What an instance is configured with matters to writing alone. Any instance reads what any other wrote, in whatever
 * encoding, and a merge takes vectors from segments of any other format.
 */
public sealed class QuantizedVectorsFormat extends KnnVectorsFormat permits Float16QuantizedVectorsFormat {
    /** The name in the index. It never changes: a format that writes something else gets another name. */
    public static final String NAME = "EmbeddingSearchQuantized100";

    static final int SCANNED_VECTORS = 8_000;
    static final int SCANNED_BYTES = 4_194_304;

    private static final FlatVectorsFormat HALF = new Float16VectorsFormat();

    private static final PrefetchingQuantizedScorer SCORER = new PrefetchingQuantizedScorer();

    private final VectorPrecision storage;
    private final Quantization quantization;
    private final GraphOptions graph;

    /** For reading; a writer made of it has a byte for each number and a graph in every segment worth one. */
    public QuantizedVectorsFormat() {
        this(VectorPrecision.FLOAT32);
    }

    QuantizedVectorsFormat(VectorPrecision storage) {
        this(storage, Quantization.INT8, GraphOptions.withThreshold(Lucene99HnswVectorsFormat.HNSW_GRAPH_THRESHOLD));
    }

    /** For tests, which want graphs in small segments too. */
    QuantizedVectorsFormat(Quantization quantization, int m, int efConstruction, int graphThreshold) {
        this(VectorPrecision.FLOAT32, quantization, new GraphOptions(m, efConstruction, graphThreshold));
    }

    private QuantizedVectorsFormat(VectorPrecision storage, Quantization quantization, GraphOptions graph) {
        super(storage == VectorPrecision.FLOAT32 ? NAME : Float16QuantizedVectorsFormat.NAME);
        if (quantization == Quantization.NONE) {
            throw new IllegalArgumentException("expected bits to quantise to, got [" + quantization + "]");
        }
        this.storage = storage;
        this.quantization = quantization;
        this.graph = graph;
    }

    /**
     * Writes codes everywhere, and a graph wherever a segment is large enough for a search to gain from it.
     *
     * @param dimensions of the vectors that will be written
     * @param m as for {@link EmbeddingVectorsFormat#hnsw}
     * @param efConstruction as for {@link EmbeddingVectorsFormat#hnsw}
     */
    public static QuantizedVectorsFormat hnsw(Quantization quantization, int dimensions, int m, int efConstruction) {
        EmbeddingVectorsFormat.checkRange("m", m, Lucene99HnswVectorsFormat.MAXIMUM_MAX_CONN);
        EmbeddingVectorsFormat.checkRange(
                "ef_construction", efConstruction, Lucene99HnswVectorsFormat.MAXIMUM_BEAM_WIDTH);
        return new QuantizedVectorsFormat(quantization, m, efConstruction, graphThreshold(quantization, dimensions));
    }

    /** Never writes a graph: every search compares all codes. */
    public static QuantizedVectorsFormat flat(Quantization quantization) {
        return new QuantizedVectorsFormat(
                VectorPrecision.FLOAT32, quantization, GraphOptions.withThreshold(EmbeddingVectorsFormat.NEVER));
    }

    /** The same, which writes exact vectors with so many bytes a number: another format, under another name. */
    public QuantizedVectorsFormat withStorage(VectorPrecision storage) {
        return new QuantizedVectorsFormat(storage, quantization, graph);
    }

    /** The same with so many threads for a merge, as {@link EmbeddingVectorsFormat#withMergeWorkers}. */
    public QuantizedVectorsFormat withMergeWorkers(int workers) {
        return new QuantizedVectorsFormat(storage, quantization, graph.withMergeWorkers(workers));
    }

    /**
     * Whether searches of {@code field} in this segment may compare codes, so that their scores are estimates: not where
     * {@link EmbeddingVectorsFormat} wrote it; of other formats nothing is known.
     */
    public static boolean estimates(LeafReader reader, String field) {
        EmbeddingVectorsReader ours = EmbeddingVectorsReader.in(reader, field);
        return ours == null || ours.quantized();
    }

    /**
     * Compares codes of {@code field} with {@code target}, by ordinal; its scores are those that searches collect.
     *
     * @return null where this segment has no codes that this format wrote, or no vectors
     */
    public static RandomVectorScorer estimator(LeafReader reader, String field, float[] target) throws IOException {
        EmbeddingVectorsReader ours = EmbeddingVectorsReader.in(reader, field);
        return ours == null ? null : ours.estimator(field, target);
    }

    /** So many vectors of a segment are scanned at most. */
    public static int scannedVectors(Quantization quantization, int dimensions) {
        if (quantization == Quantization.NONE) {
            return 0;
        }
        return Math.min(SCANNED_VECTORS, SCANNED_BYTES / quantization.codeBytes(dimensions));
    }

    /** Lucene asks for the k of a search that is to gain from a graph: it looks at k * ln(n) of n vectors. */
    public static int graphThreshold(Quantization quantization, int dimensions) {
        int vectors = scannedVectors(quantization, dimensions);
        return (int) (vectors / Math.log(vectors));
    }

    private FlatVectorsFormat rawVectors() {
        return storage == VectorPrecision.FLOAT32 ? EmbeddingVectorsFormat.FLAT : HALF;
    }

    @Override
    public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
        FlatVectorsWriter codes = new Lucene104ScalarQuantizedVectorsWriter(
                state, quantization.encoding(), rawVectors().fieldsWriter(state), SCORER);
        GraphNodesWriter nodes = new GraphNodesWriter(state);
        KnnVectorsWriter graphs = new DistinctGraphWriter(state, graph, codes, nodes);
        return new EmbeddingVectorsWriter(state, new DeferredGraphWriter(state, graphs, graph), storage, nodes);
    }

    @Override
    public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
        return EmbeddingVectorsReader.open(state, () -> {
            FlatVectorsReader codes = new Lucene104ScalarQuantizedVectorsReader(
                    state, rawVectors().fieldsReader(state), SCORER);
            return new EmbeddingVectorsReader.Lucenes(new Lucene99HnswVectorsReader(state, codes), codes, true);
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
