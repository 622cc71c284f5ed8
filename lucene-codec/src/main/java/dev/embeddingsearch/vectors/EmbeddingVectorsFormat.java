/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import dev.embeddingsearch.vectors.flat.VectorPrecision;
import dev.embeddingsearch.vectors.graph.DistinctGraphWriter;
import dev.embeddingsearch.vectors.graph.GraphNodesWriter;
import dev.embeddingsearch.vectors.graph.GraphOptions;
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
 * Lucene's HNSW vectors format for up to {@value #MAX_DIMENSIONS} dimensions, which also keeps the {@link Centroid} of
 * each float field.
 *
 * <p>Vectors and graph are written and read by {@link Lucene99HnswVectorsFormat}: its files (<code>.vec</code>, <code>
 * .vemf</code>, <code>.vex</code>, <code>.vem</code>) are described there. Beside them stands one file of this format, and
 * a second one where several documents have the same vector.
 *
 * <h2>.emc (centroids) file</h2>
 *
 * <ul>
 *   <li><b>[IndexHeader]</b>: codec name <code>EmbeddingSearchCentroids</code>, version 1, or 2 where there is an .emn file,
 *       segment id, segment suffix
 *   <li>for each field with {@link org.apache.lucene.index.VectorEncoding#FLOAT32 FLOAT32} vectors:
 *       <ul>
 *         <li><b>[Int]</b> field number, not negative
 *         <li><b>[VInt]</b> dimensions
 *         <li><b>[VLong]</b> count: how many vectors the mean was taken of
 *         <li>if count &gt; 0: <b>[Int]</b>, the spread, and <b>[Int] * dimensions</b>, the mean, as IEEE 754 floats in
 *             little-endian order
 *       </ul>
 *   <li><b>[Int]</b> -1, the end of the fields
 *   <li>in version 2, for each field of which a vector is there twice:
 *       <ul>
 *         <li><b>[Int]</b> field number, not negative
 *         <li><b>[Int]</b> how many vectors there are
 *         <li><b>[Int]</b> how many of them differ: the nodes of the graph
 *         <li>for each of the three parts of the .emn file: <b>[Long]</b>, where it starts; of the first two, the metadata
 *             of {@link org.apache.lucene.util.packed.DirectMonotonicWriter} with blocks of 2^16; <b>[Long]</b>, its length
 *       </ul>
 *   <li>in version 2, <b>[Int]</b> -1, their end
 *   <li><b>[Footer]</b>
 * </ul>
 *
 * <p>The mean is <code>(1 / count) * sum(v / |v|)</code>, with <code>|v|</code> the Euclidean length; it is not
 * normalised again. Zero vectors have no direction: they are neither added nor counted. Sums are kept as doubles. The
 * spread is the root mean square of <code>x.y - m(x)</code> over pairs x, y of unit vectors, with <code>m(x)</code> the
 * mean cosine of x with all others; it is estimated from 512 vectors of the segment, drawn anew by each merge. The whole
 * file is read, and its checksum compared, when a segment is opened.
 *
 * <h2>.emn (nodes) file</h2>
 *
 * <ul>
 *   <li><b>[IndexHeader]</b>: codec name <code>EmbeddingSearchNodes</code>, version 1, segment id, segment suffix
 *   <li>for each field of which a vector is there twice:
 *       <ul>
 *         <li>for each node the ordinal of the vector that represents it, increasing, as a {@link
 *             org.apache.lucene.util.packed.DirectMonotonicWriter} writes it
 *         <li>for each node and one more, how many copies those before it have, likewise
 *         <li>the ordinals of the copies, node by node and increasing within each, as a {@link
 *             org.apache.lucene.util.packed.DirectWriter} writes them with the bits that the number of vectors needs
 *       </ul>
 *   <li><b>[Footer]</b>
 * </ul>
 *
 * <p>Vectors whose bits are the same have one node in the graph, and a search that finds it finds all their documents. As
 * nodes of their own, more of them than a node has neighbours would be each other's only neighbours, and what stands
 * beside them would not be found. Where no vector is there twice, or the segment has no graph, a node is an ordinal, there
 * is no .emn file, and the .emc file has version 1, so that 0.1 reads it. 0.1 refuses version 2, and what it wrote itself
 * has copies in graphs until it is merged.
 *
 * <h2>Deletes</h2>
 *
 * <p>The mean is always that of all vectors which the segment holds, up to the rounding of floats: a deleted document
 * counts until it is merged away. In a merge, a segment without deleted documents contributes <code>count * mean</code>
 * as stored; of a segment with deleted documents, and of one that another format wrote, the live vectors are read and
 * added one by one.
 *
 * <h2>Graphs in merges</h2>
 *
 * <p>A merge starts from the graphs of segments that have no deleted documents and the same <code>m</code>; everything
 * else is inserted anew. Other graphs are not reused: thinned by deletes they lose recall from merge to merge, and with
 * another <code>m</code> they do not fit what is written about them. Of graphs that share vectors,
 * the largest is reused whole, others without what they share.
 *
 * <h2>Writing and reading</h2>
 *
 * <p>What an instance is configured with matters to writing alone. Any instance reads what any other wrote; {@link
 * java.util.ServiceLoader} uses the one without arguments.
 */
public final class EmbeddingVectorsFormat extends KnnVectorsFormat {
    /** The name in the index. It never changes: a format that writes something else gets another name. */
    public static final String NAME = "EmbeddingSearch100";

    /** The longest vector accepted. */
    public static final int MAX_DIMENSIONS = 16_384;

    /** No segment is ever expected to need this many comparisons, so that none gets a graph. */
    public static final int NEVER = GraphOptions.NEVER;

    /** Exact vectors, without a graph. */
    static final FlatVectorsFormat FLAT =
            new Lucene99FlatVectorsFormat(FlatVectorScorerUtil.getLucene99FlatVectorsScorer());

    private final GraphOptions graph;

    /** The format with Lucene's defaults for new graphs. */
    public EmbeddingVectorsFormat() {
        this(GraphOptions.withThreshold(Lucene99HnswVectorsFormat.HNSW_GRAPH_THRESHOLD));
    }

    /** For tests, which want graphs in small segments too. */
    EmbeddingVectorsFormat(int m, int efConstruction, int graphThreshold) {
        this(new GraphOptions(m, efConstruction, graphThreshold));
    }

    private EmbeddingVectorsFormat(GraphOptions graph) {
        super(NAME);
        this.graph = graph;
    }

    /**
     * Writes a graph wherever a segment is large enough for a search to gain from it.
     *
     * @param m neighbours of a node in the graph (twice as many on its lowest level), 1 to 512
     * @param efConstruction candidates kept while a node's neighbours are searched, 1 to 3,200
     */
    public static EmbeddingVectorsFormat hnsw(int m, int efConstruction) {
        checkRange("m", m, Lucene99HnswVectorsFormat.MAXIMUM_MAX_CONN);
        checkRange("ef_construction", efConstruction, Lucene99HnswVectorsFormat.MAXIMUM_BEAM_WIDTH);
        return new EmbeddingVectorsFormat(m, efConstruction, Lucene99HnswVectorsFormat.HNSW_GRAPH_THRESHOLD);
    }

    /** Never writes a graph: every search compares all vectors and is exact. */
    public static EmbeddingVectorsFormat flat() {
        return new EmbeddingVectorsFormat(GraphOptions.withThreshold(NEVER));
    }

    /**
     * The same, but for large merges, whose graphs so many threads build together where the {@link
     * org.apache.lucene.index.MergeScheduler} has threads to spare. Such a graph is built upon that of the largest segment
     * only, and takes a little more CPU time in all.
     *
     * @param workers at least 1
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
        KnnVectorsWriter graphs = new DistinctGraphWriter(state, graph, FLAT.fieldsWriter(state), nodes);
        return new EmbeddingVectorsWriter(state, graphs, VectorPrecision.FLOAT32, nodes);
    }

    @Override
    public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
        return EmbeddingVectorsReader.open(state, () -> {
            FlatVectorsReader vectors = FLAT.fieldsReader(state);
            return new EmbeddingVectorsReader.Lucenes(new Lucene99HnswVectorsReader(state, vectors), vectors, false);
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
