/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import dev.embeddingsearch.vectors.flat.VectorPrecision;
import dev.embeddingsearch.vectors.graph.DistinctGraphWriter;
import dev.embeddingsearch.vectors.graph.GraphNodesWriter;
import dev.embeddingsearch.vectors.graph.GraphOptions;
import dev.embeddingsearch.vectors.graph.TwoPhaseMergeWriter;
import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatVectorScorerUtil;
import org.apache.lucene.codecs.hnsw.FlatVectorsFormat;
import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.codecs.lucene99.Lucene99FlatVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsReader;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * Lucene's HNSW vectors format for up to {@value #MAX_DIMENSIONS} dimensions, which also stores the {@link Centroid} of
 * each float field, and gives equal vectors one node in the graph.
 *
 * <p>Vectors and graph are written and read by {@link Lucene99HnswVectorsFormat}, which describes its files
 * (<code>.vec</code>, <code>.vemf</code>, <code>.vex</code>, <code>.vem</code>). This format adds an <code>.emc</code>
 * file, and an <code>.emn</code> file if a field has duplicate vectors. Integers are written by {@link
 * org.apache.lucene.store.DataOutput}, in little-endian order.
 *
 * <h2>.emc (centroids) file</h2>
 *
 * <ul>
 *   <li><b>[IndexHeader]</b>: codec name <code>EmbeddingSearchCentroids</code>, version 1, or 2 if there is an .emn
 *       file, segment id, segment suffix
 *   <li>for each field with {@link org.apache.lucene.index.VectorEncoding#FLOAT32 FLOAT32} vectors:
 *       <ul>
 *         <li><b>[Int]</b> field number, not negative
 *         <li><b>[VInt]</b> dimensions
 *         <li><b>[VLong]</b> count: the number of vectors behind the mean
 *         <li>if count &gt; 0: <b>[Int]</b>, the standard deviation, and <b>[Int] * dimensions</b>, the mean, as the
 *             bits of IEEE 754 binary32 floats
 *       </ul>
 *   <li><b>[Int]</b> -1, the end of the fields
 *   <li>in version 2, for each field with an entry in the .emn file:
 *       <ul>
 *         <li><b>[Int]</b> field number, not negative
 *         <li><b>[Int]</b> number of vectors
 *         <li><b>[Int]</b> number of nodes, which is that of distinct vectors
 *         <li>representatives: <b>[Long]</b> offset in the .emn file, the metadata that {@link
 *             org.apache.lucene.util.packed.DirectMonotonicWriter} writes with blocks of 2^16 values, <b>[Long]</b>
 *             length
 *         <li>offsets of duplicates: the same three
 *         <li>duplicates: <b>[Long]</b> offset in the .emn file, <b>[Long]</b> length
 *       </ul>
 *   <li>in version 2, <b>[Int]</b> -1, the end of these fields
 *   <li><b>[Footer]</b>
 * </ul>
 *
 * <p>The mean is <code>(1 / count) * sum(v / |v|)</code>, with <code>|v|</code> the Euclidean length; it is not
 * normalized itself. Zero vectors, which have no direction, are neither added nor counted. Sums are computed in double
 * precision. The standard deviation is the root mean square of <code>x.y - m(x)</code> over pairs x, y of unit vectors,
 * with <code>m(x)</code> the mean cosine of x with all other vectors; it is estimated from a sample of up to 512
 * vectors, which every merge draws anew. The file is read whole, and its checksum verified, when a segment is opened.
 *
 * <h2>.emn (nodes) file</h2>
 *
 * <ul>
 *   <li><b>[IndexHeader]</b>: codec name <code>EmbeddingSearchNodes</code>, version 1, segment id, segment suffix
 *   <li>for each field with duplicate vectors:
 *       <ul>
 *         <li>representatives: for each node the ordinal of the vector that represents it, increasing, written by
 *             {@link org.apache.lucene.util.packed.DirectMonotonicWriter}
 *         <li>offsets of duplicates: for each node the total number of duplicates of the nodes before it, and at the
 *             end the number of all duplicates, written by {@link org.apache.lucene.util.packed.DirectMonotonicWriter}
 *         <li>duplicates: the ordinals of all vectors that are not representatives, by node and increasing within each
 *             node, written by {@link org.apache.lucene.util.packed.DirectWriter} with {@link
 *             org.apache.lucene.util.packed.DirectWriter#unsignedBitsRequired as many bits} as the number of vectors
 *             needs
 *       </ul>
 *   <li><b>[Footer]</b>
 * </ul>
 *
 * <p>Vectors with the same bits share one node of the graph; a search that finds the node finds the documents of all
 * its vectors. With nodes of their own, more duplicates than a node has links would link to each other only, and the
 * search would not leave them. A field has an entry if it has duplicates, and the segment so many vectors, duplicates
 * counted, that a graph would be built for them. Otherwise the nodes of its graph are ordinals. Without any entry there
 * is no .emn file, and the .emc file has version 1, which release 0.1 reads. Release 0.1 refuses version 2; segments
 * that it wrote have duplicates in their graphs until they are merged.
 *
 * <h2>Deletes</h2>
 *
 * <p>The mean is always that of all vectors in the segment, up to the rounding of floats: a deleted document counts
 * until a merge drops it. In a merge, a segment without deleted documents contributes <code>count * mean</code> as
 * stored. The live vectors of segments with deleted documents, and of segments in other formats, are read and added one
 * by one.
 *
 * <h2>Graphs in merges</h2>
 *
 * <p>A merge starts from the graphs of segments that have no deleted documents and the same <code>m</code>; all other
 * vectors are inserted. Other graphs are not reused: with deleted nodes removed, a graph loses recall from merge to
 * merge, and a graph of another <code>m</code> contradicts the <code>m</code> in the metadata of the merged one. If
 * reusable graphs have vectors in common, the largest is reused whole and each other without the nodes it shares with
 * larger ones, unless these are more than a quarter of its nodes.
 *
 * <h2>Writing and reading</h2>
 *
 * <p>The configuration of an instance affects only what it writes. Every instance reads the segments of every other;
 * {@link java.util.ServiceLoader} creates the one without arguments for reading.
 */
public final class EmbeddingVectorsFormat extends KnnVectorsFormat {
    /** The name in the index. It never changes: an incompatible format must have another name. */
    public static final String NAME = "EmbeddingSearch100";

    /** The maximum number of dimensions. */
    public static final int MAX_DIMENSIONS = 16_384;

    /** Exact vectors, without a graph. */
    static final FlatVectorsFormat FLAT =
            new Lucene99FlatVectorsFormat(FlatVectorScorerUtil.getLucene99FlatVectorsScorer());

    private final GraphOptions graph;

    /** The format with Lucene's defaults for new graphs. */
    public EmbeddingVectorsFormat() {
        this(GraphOptions.withThreshold(Lucene99HnswVectorsFormat.HNSW_GRAPH_THRESHOLD));
    }

    /** For tests, which need graphs in small segments too. */
    EmbeddingVectorsFormat(int m, int efConstruction, int graphThreshold) {
        this(new GraphOptions(m, efConstruction, graphThreshold));
    }

    private EmbeddingVectorsFormat(GraphOptions graph) {
        super(NAME);
        this.graph = graph;
    }

    /**
     * A format that writes a graph in every segment that is large enough for searches to gain from it.
     *
     * @param m maximum number of neighbors of a node in the graph (twice as many on its lowest level), 1 to 512
     * @param efConstruction length of the candidate list while a node is inserted, 1 to 3,200
     * @throws IllegalArgumentException if a parameter is out of range
     */
    public static EmbeddingVectorsFormat hnsw(int m, int efConstruction) {
        checkRange("m", m, Lucene99HnswVectorsFormat.MAXIMUM_MAX_CONN);
        checkRange("ef_construction", efConstruction, Lucene99HnswVectorsFormat.MAXIMUM_BEAM_WIDTH);
        return new EmbeddingVectorsFormat(m, efConstruction, Lucene99HnswVectorsFormat.HNSW_GRAPH_THRESHOLD);
    }

    /** A format that never writes a graph: every search scans all vectors and is exact. */
    public static EmbeddingVectorsFormat flat() {
        return new EmbeddingVectorsFormat(GraphOptions.withThreshold(GraphOptions.NO_GRAPH));
    }

    /**
     * The same format, but several threads build the graph of a merge together if the {@link
     * org.apache.lucene.index.MergeScheduler} offers threads for it, as Lucene's does for large merges. Such a graph
     * starts from that of the largest segment only, and costs a little more CPU time in total.
     *
     * @param workers maximum number of threads, at least 1
     */
    public EmbeddingVectorsFormat withMergeWorkers(int workers) {
        return new EmbeddingVectorsFormat(graph.withMergeWorkers(workers));
    }

    static void checkRange(String name, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(name + " must be between 1 and " + max + ", got [" + value + "]");
        }
    }

    @Override
    public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
        GraphNodesWriter nodes = new GraphNodesWriter(state);
        TwoPhaseMergeWriter graphs = new DistinctGraphWriter(state, graph, FLAT, nodes);
        return new EmbeddingVectorsWriter(state, graphs, VectorPrecision.FLOAT32, nodes);
    }

    @Override
    public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
        return EmbeddingVectorsReader.open(state, () -> {
            FlatVectorsReader vectors = FLAT.fieldsReader(state);
            return new EmbeddingVectorsReader.LuceneReaders(
                    new Lucene99HnswVectorsReader(state, vectors), vectors, false);
        });
    }

    @Override
    public int getMaxDimensions(String fieldName) {
        return MAX_DIMENSIONS;
    }

    @Override
    public String toString() {
        return NAME + "(" + graph + ")";
    }
}
