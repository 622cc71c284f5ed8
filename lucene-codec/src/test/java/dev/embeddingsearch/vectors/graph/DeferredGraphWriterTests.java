/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import dev.embeddingsearch.vectors.VectorsTestCase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.hnsw.HnswGraph;

/** The graph of a large flushed segment is the one that a merge would build. */
public class DeferredGraphWriterTests extends VectorsTestCase {

    private static final int DIMENSIONS = 24;

    /**
     * The quantized vectors, centered on the same vector, are the same, and so are all neighbors and search results.
     */
    public void testFlushBuildsTheGraphThatAMergeBuilds() throws IOException {
        QuantizedVectorsFormat format = withGraphsFrom400();
        float[][] vectors = vectors(400 + random().nextInt(100));
        List<String> messages = new ArrayList<>();
        try (Directory flushed = newDirectory();
                Directory merged = newDirectory()) {
            write(flushed, oneFlush(format).setInfoStream(new GraphMessages(messages)), vectors, vectors.length);
            assertTrue(messages.toString(), messages.contains("build graph from " + vectors.length + " vectors"));
            write(merged, oneFlush(format).setMergePolicy(new LogDocMergePolicy()), vectors, vectors.length / 2);
            try (DirectoryReader one = DirectoryReader.open(flushed);
                    DirectoryReader other = DirectoryReader.open(merged)) {
                assertEquals(neighbors(graph(only(other), "v")), neighbors(graph(only(one), "v")));
                assertSameResults(only(one), only(other));
            }
        }
    }

    private static float[][] vectors(int count) {
        return IntStream.range(0, count).mapToObj(i -> randomVector(DIMENSIONS)).toArray(float[][]::new);
    }

    /** @param commit documents in each segment before the merge */
    private static void write(Directory dir, IndexWriterConfig config, float[][] vectors, int commit)
            throws IOException {
        try (IndexWriter writer = new IndexWriter(dir, config)) {
            for (int i = 0; i < vectors.length; i++) {
                writer.addDocument(doc(Integer.toString(i), vectors[i]));
                if ((i + 1) % commit == 0) {
                    writer.commit();
                }
            }
            writer.forceMerge(1);
        }
        TestUtil.checkIndex(dir);
    }

    /** Descriptions of the neighbors of each node on each level. */
    private static List<String> neighbors(HnswGraph graph) throws IOException {
        List<String> all = new ArrayList<>();
        for (int level = 0; level < graph.numLevels(); level++) {
            HnswGraph.NodesIterator nodes = graph.getNodesOnLevel(level);
            while (nodes.hasNext()) {
                int node = nodes.nextInt();
                graph.seek(level, node);
                int[] neighbors = new int[graph.neighborCount()];
                Arrays.setAll(neighbors, i -> next(graph));
                Arrays.sort(neighbors);
                all.add(level + ": " + node + " " + Arrays.toString(neighbors));
            }
        }
        return all;
    }

    private static int next(HnswGraph graph) {
        try {
            return graph.nextNeighbor();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertSameResults(LeafReader one, LeafReader other) throws IOException {
        for (int i = 0; i < 20; i++) {
            float[] query = randomVector(DIMENSIONS);
            List<String> found = found(one, query);
            assertEquals(10, found.size());
            assertEquals(found(other, query), found);
        }
    }

    private static List<String> found(LeafReader segment, float[] query) throws IOException {
        AcceptDocs all = AcceptDocs.fromLiveDocs(null, segment.maxDoc());
        return Arrays.stream(segment.searchNearestVectors("v", query, 10, all, Integer.MAX_VALUE).scoreDocs)
                .map(hit -> hit.doc + ": " + hit.score)
                .toList();
    }
}
