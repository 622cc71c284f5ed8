/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import static org.apache.lucene.search.DocIdSetIterator.NO_MORE_DOCS;

import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import dev.embeddingsearch.vectors.VectorsTestCase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** A resumed search finds what a single search for as many documents finds. */
public class ResumableGraphSearchTests extends VectorsTestCase {

    private static final int DIMENSIONS = 24;

    private interface Check {
        void on(LeafReader leaf) throws IOException;
    }

    /** One segment, some documents of which are deleted or have no vector. */
    private void onSegment(KnnVectorsFormat format, int documents, Check check) throws IOException {
        try (Directory directory = newDirectory()) {
            try (IndexWriter writer = new IndexWriter(directory, config(format).setMergePolicy(newLogMergePolicy()))) {
                for (int i = 0; i < documents; i++) {
                    Document document = new Document();
                    document.add(new StringField("id", Integer.toString(i % 10), Field.Store.NO));
                    if (i % 7 != 0) {
                        document.add(new KnnFloatVectorField("v", unit(), VectorSimilarityFunction.DOT_PRODUCT));
                    }
                    writer.addDocument(document);
                }
                writer.forceMerge(1);
                writer.getConfig().setMergePolicy(NoMergePolicy.INSTANCE);
                if (random().nextBoolean()) {
                    writer.deleteDocuments(new Term("id", "3"));
                }
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                check.on(only(reader));
            }
        }
    }

    private static float[] unit() {
        return VectorUtil.l2normalize(randomVector(DIMENSIONS));
    }

    private static QuantizedVectorsFormat withGraphs() {
        return quantizedWithGraphs(randomQuantization(), 8, 50);
    }

    private static ResumableGraphSearch begin(LeafReader leaf, float[] target) throws IOException {
        return ResumableGraphSearch.of(leaf, "v", target, leaf.getLiveDocs(), 1 + random().nextInt(100));
    }

    private static TopDocs find(ResumableGraphSearch search, int k) throws IOException {
        return best(search, k, search.search(k, random().nextBoolean() ? null : () -> false));
    }

    /** The best {@code k} documents found so far that score at least {@code least}. */
    private static TopDocs best(ResumableGraphSearch search, int k, float least) {
        ScoreDoc[] best = hits(search).stream()
                .filter(hit -> hit.score >= least)
                .sorted(Comparator.comparingDouble((ScoreDoc hit) -> -hit.score).thenComparingInt(hit -> hit.doc))
                .limit(k)
                .toArray(ScoreDoc[]::new);
        return new TopDocs(new TotalHits(search.visited(), TotalHits.Relation.EQUAL_TO), best);
    }

    static List<ScoreDoc> hits(ResumableGraphSearch search) {
        List<ScoreDoc> hits = new ArrayList<>();
        for (int i = 0; i < search.count(); i++) {
            float score = search.score(i);
            search.documents(i, Integer.MAX_VALUE, document -> hits.add(new ScoreDoc(document, score)));
        }
        return hits;
    }

    private static void assertSame(TopDocs expected, TopDocs actual) {
        assertEquals(expected.scoreDocs.length, actual.scoreDocs.length);
        for (int i = 0; i < expected.scoreDocs.length; i++) {
            assertEquals(expected.scoreDocs[i].doc, actual.scoreDocs[i].doc);
            assertEquals(expected.scoreDocs[i].score, actual.scoreDocs[i].score, 0);
        }
    }

    public void testResumedSearchFindsWhatASingleSearchFinds() throws IOException {
        KnnVectorsFormat format = random().nextBoolean() ? withGraphs() : anyQuantizedVariant();
        onSegment(format, 100 + random().nextInt(1_900), leaf -> {
            float[] target = unit();
            ResumableGraphSearch resumed = begin(leaf, target);
            int before = 0;
            for (int k = 1 + random().nextInt(20); k < 3_000; k *= 2 + random().nextInt(3)) {
                ResumableGraphSearch atOnce = begin(leaf, target);
                TopDocs expected = find(atOnce, k);
                TopDocs actual = find(resumed, k);
                assertSame(expected, actual);
                assertEquals(resumed.visited(), actual.totalHits.value());
                assertTrue(resumed.visited() >= before);
                assertTrue(resumed.visited() <= leaf.getFloatVectorValues("v").size());
                before = resumed.visited();
            }
        });
    }

    public void testResumedSearchScoresNoNodeTwice() throws IOException {
        onSegment(withGraphs(), 3_000, leaf -> {
            float[] target = unit();
            ResumableGraphSearch resumed = begin(leaf, target);
            find(resumed, 10);
            assertTrue(resumed.visited() + " visited", resumed.visited() < 2_000);
            find(resumed, 40);
            ResumableGraphSearch atOnce = begin(leaf, target);
            find(atOnce, 40);
            assertEquals(atOnce.visited(), resumed.visited());
        });
    }

    public void testFindsWhatLuceneFinds() throws IOException {
        onSegment(random().nextBoolean() ? withGraphs() : anyQuantizedVariant(), 2_000, leaf -> {
            int same = 0;
            for (int i = 0; i < 20; i++) {
                float[] target = unit();
                KnnCollector lucenes = new TopKnnCollector(50, Integer.MAX_VALUE);
                leaf.searchNearestVectors(
                        "v", target, lucenes, AcceptDocs.fromLiveDocs(leaf.getLiveDocs(), leaf.maxDoc()));
                Set<Integer> expected = documents(lucenes.topDocs());
                expected.retainAll(documents(find(begin(leaf, target), 50)));
                same += expected.size();
            }
            assertTrue(same + " of 1000 the same", same >= 970);
        });
    }

    private static Set<Integer> documents(TopDocs found) {
        return Arrays.stream(found.scoreDocs).map(hit -> hit.doc).collect(Collectors.toSet());
    }

    public void testFindsNoDeletedDocument() throws IOException {
        onSegment(withGraphs(), 1_000, leaf -> {
            for (ScoreDoc hit : find(begin(leaf, unit()), 1 + random().nextInt(1_000)).scoreDocs) {
                assertTrue(accepts(leaf, hit.doc));
            }
        });
    }

    public void testResumesAfterTimeout() throws IOException {
        onSegment(random().nextBoolean() ? withGraphs() : anyQuantizedVariant(), 1_500, leaf -> {
            float[] target = unit();
            ResumableGraphSearch search = begin(leaf, target);
            search.search(20, () -> search.visited() > 60);
            assertTrue(search.visited() + " visited", search.visited() < 60 + 2 * 64);
            assertSame(find(begin(leaf, target), 20), find(search, 20));
        });
    }

    public void testSearchReturnsKthScore() throws IOException {
        onSegment(random().nextBoolean() ? withGraphs() : anyQuantizedVariant(), 500, leaf -> {
            ResumableGraphSearch search = begin(leaf, unit());
            int k = 1 + random().nextInt(50);
            float last = search.search(k, null);
            assertEquals(find(search, k).scoreDocs[k - 1].score, last, 0);
            assertEquals(Float.NEGATIVE_INFINITY, search.search(501, null), 0);
        });
    }

    /** A search for that many documents explores more at first, and so finds one or two that searchAbove misses. */
    public void testSearchAboveAScore() throws IOException {
        onSegment(withGraphs(), 3_000, leaf -> {
            float[] target = unit();
            TopDocs expected = find(begin(leaf, target), 200 + random().nextInt(100));
            float least = expected.scoreDocs[expected.scoreDocs.length - 1].score;
            ResumableGraphSearch search = begin(leaf, target);
            if (search.search(1 + random().nextInt(10), null) < least) {
                return; // the graph search missed the nearest, as it may with so small a k
            }
            search.searchAbove(least, null);
            assertNeighborsScored(leaf, target, search, least);
            Set<Integer> missed = documents(expected);
            missed.removeAll(documents(best(search, Integer.MAX_VALUE, least)));
            assertTrue(missed + " missed", missed.size() <= expected.scoreDocs.length / 20);
            assertTrue(
                    search.visited() + " visited",
                    search.visited() < leaf.getFloatVectorValues("v").size());
        });
    }

    private static boolean accepts(LeafReader leaf, int document) {
        return leaf.getLiveDocs() == null || leaf.getLiveDocs().get(document);
    }

    /** All neighbors of nodes that score more than {@code least} were scored. */
    private static void assertNeighborsScored(LeafReader leaf, float[] target, ResumableGraphSearch search, float least)
            throws IOException {
        RandomVectorScorer scorer = QuantizedVectorsFormat.estimator(leaf, "v", target);
        HnswGraph graph = NodeGraphReader.of(leaf, "v").getGraph("v");
        Set<Integer> seen = hits(search).stream().map(hit -> hit.doc).collect(Collectors.toSet());
        for (int node = 0; node < scorer.maxOrd(); node++) {
            if (seen.contains(scorer.ordToDoc(node)) && scorer.score(node) > least) {
                graph.seek(0, node);
                for (int next = graph.nextNeighbor(); next != NO_MORE_DOCS; next = graph.nextNeighbor()) {
                    int document = scorer.ordToDoc(next);
                    assertTrue(seen.contains(document) || !accepts(leaf, document));
                }
            }
        }
    }

    public void testNullWithoutOurQuantizedVectors() throws IOException {
        onSegment(anyExactVariant(), 20, leaf -> assertNull(begin(leaf, unit())));
        onSegment(anyQuantizedVariant(), 20, leaf -> {
            assertNotNull(begin(leaf, unit()));
            assertNull(ResumableGraphSearch.of(leaf, "w", unit(), null, 10));
        });
    }
}
