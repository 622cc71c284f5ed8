/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** Searches start where the nearest nodes are, even if the way there leads past worse ones. */
public class EntryPointsTests extends LuceneTestCase {

    /** A graph given by its neighbors, by level and node; a node without a list is not on the level. */
    private static final class GivenGraph extends HnswGraph {
        private final int[][][] levels;
        private int[] neighbors;
        private int next;

        GivenGraph(int[][]... levels) {
            this.levels = levels;
        }

        @Override
        public void seek(int level, int target) {
            neighbors = levels[level][target];
            next = 0;
        }

        @Override
        public int nextNeighbor() {
            return next < neighbors.length ? neighbors[next++] : DocIdSetIterator.NO_MORE_DOCS;
        }

        @Override
        public int size() {
            return levels[0].length;
        }

        @Override
        public int numLevels() {
            return levels.length;
        }

        @Override
        public int entryNode() {
            return IntStream.range(0, size())
                    .filter(node -> levels[numLevels() - 1][node] != null)
                    .findFirst()
                    .orElseThrow();
        }

        @Override
        public int neighborCount() {
            return neighbors.length;
        }

        @Override
        public int maxConn() {
            return 16;
        }

        @Override
        public NodesIterator getNodesOnLevel(int level) {
            int[] nodes = IntStream.range(0, size())
                    .filter(node -> levels[level][node] != null)
                    .toArray();
            return new ArrayNodesIterator(nodes, nodes.length);
        }
    }

    /** Scores given by node. */
    private static final class GivenScores implements RandomVectorScorer {
        private final float[] scores;

        GivenScores(float... scores) {
            this.scores = scores;
        }

        @Override
        public float score(int node) {
            return scores[node];
        }

        @Override
        public int maxOrd() {
            return scores.length;
        }

        @Override
        public int ordToDoc(int node) {
            return node;
        }

        @Override
        public Bits getAcceptOrds(Bits acceptDocs) {
            return acceptDocs;
        }
    }

    private static final int[] NONE = {};

    /** Node 0 is better than its only neighbor, behind which the best one is. On the lowest level they are not connected. */
    private static final HnswGraph TRAP =
            new GivenGraph(new int[][] {{3}, {2}, {1}, {0}}, new int[][] {{1}, {0, 2}, {1}, null});

    private static final GivenScores TRAP_SCORES = new GivenScores(.5f, .4f, .9f, .6f);

    public void testPassesWorseNodes() throws IOException {
        int[] entries = new EntryPoints(TRAP_SCORES, TRAP).find();
        Arrays.sort(entries);
        assertArrayEquals(new int[] {0, 1, 2}, entries);
    }

    public void testSearchStartsFromAllOfThem() throws IOException {
        KnnCollector collector = new TopKnnCollector(2, Integer.MAX_VALUE);
        EntryPoints.search(TRAP_SCORES, collector, TRAP, null, 4);
        assertEquals(2, collector.topDocs().scoreDocs[0].doc);
        assertTrue("upper levels count as visited", collector.visitedCount() > 4);
    }

    public void testSeedsOfTheCallerAreKept() throws IOException {
        DocIdSetIterator seed = DocIdSetIterator.range(3, 4);
        KnnCollector collector = new TopKnnCollector(
                2, Integer.MAX_VALUE, new KnnSearchStrategy.Seeded(seed, 1, KnnSearchStrategy.Hnsw.DEFAULT));
        EntryPoints.search(TRAP_SCORES, collector, TRAP, null, 4);
        assertEquals(3, collector.topDocs().scoreDocs[0].doc);
    }

    public void testGraphOfOneLevelStartsAtItsEntry() throws IOException {
        HnswGraph graph = new GivenGraph(new int[][] {{1}, {0}});
        assertArrayEquals(new int[] {0}, new EntryPoints(new GivenScores(.1f, .2f), graph).find());
    }

    /** A chain of nodes each better than the one before is followed to its end, and the best of it are kept. */
    public void testKeepsTheBestOfALevel() throws IOException {
        int nodes = 10 + random().nextInt(90);
        int[][] chain = new int[nodes][];
        int[][] lowest = new int[nodes][];
        float[] scores = new float[nodes];
        for (int node = 0; node < nodes; node++) {
            chain[node] = node + 1 < nodes ? new int[] {node + 1} : NONE;
            lowest[node] = NONE;
            scores[node] = (float) node / nodes;
        }
        int[] entries = new EntryPoints(new GivenScores(scores), new GivenGraph(lowest, chain)).find();
        Set<Integer> found = new HashSet<>();
        Arrays.stream(entries).forEach(found::add);
        assertEquals("no node twice", entries.length, found.size());
        assertTrue(entries.length < nodes);
        IntStream.range(nodes - entries.length, nodes).forEach(node -> assertTrue(found.contains(node)));
    }
}
