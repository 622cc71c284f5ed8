/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import dev.embeddingsearch.vectors.graph.GraphNodes;
import dev.embeddingsearch.vectors.graph.ResumableGraphSearch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.FloatVectorSimilarityQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** Many documents with the same vector: each vector is in the graph once, and all its documents are found. */
public class CopiesTests extends VectorsTestCase {
    private static final int DIMENSIONS = 24;
    private static final int QUERIES = 20;

    private static float[] unit() {
        return VectorUtil.l2normalize(randomVector(DIMENSIONS));
    }

    /** @param counts of each distinct vector how many documents have it */
    private static List<float[]> vectors(int... counts) {
        List<float[]> vectors = new ArrayList<>();
        for (int count : counts) {
            vectors.addAll(Collections.nCopies(count, unit()));
        }
        Collections.shuffle(vectors, random());
        return vectors;
    }

    private static int[] counts(int distinct, int copied, int copies) {
        int[] counts = new int[distinct + copied];
        Arrays.fill(counts, 0, distinct, 1);
        Arrays.fill(counts, distinct, counts.length, copies);
        return counts;
    }

    private static Quantization anyQuantization() {
        return RandomPicks.randomFrom(random(), Quantization.values());
    }

    private static KnnVectorsFormat withGraphs(Quantization quantization) {
        int workers = 1 + random().nextInt(2);
        return quantization == Quantization.NONE
                ? new EmbeddingVectorsFormat(12, 60, 0).withMergeWorkers(workers)
                : new QuantizedVectorsFormat(quantization, 12, 60, 0)
                        .withStorage(randomStorage())
                        .withMergeWorkers(workers);
    }

    private static Document document(int id, float[] vector) {
        Document document = doc(Integer.toString(id), vector);
        document.add(new NumericDocValuesField("rank", random().nextInt(100)));
        return document;
    }

    @FunctionalInterface
    private interface Check {
        void on(DirectoryReader reader) throws IOException;
    }

    private static void onFlush(KnnVectorsFormat format, List<float[]> vectors, Check check) throws IOException {
        IndexWriterConfig config = oneFlush(format);
        if (random().nextBoolean()) {
            config.setIndexSort(new Sort(new SortField("rank", SortField.Type.LONG)));
        }
        try (Directory directory = newDirectory();
                IndexWriter writer = new IndexWriter(directory, config)) {
            for (int id = 0; id < vectors.size(); id++) {
                writer.addDocument(document(id, vectors.get(id)));
            }
            writer.commit();
            TestUtil.checkIndex(directory);
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                assertEquals(1, reader.leaves().size());
                check.on(reader);
            }
        }
    }

    /** Of several segments, some without deletes; every tenth document is replaced by one with its vector. */
    private static void onMerge(KnnVectorsFormat format, List<float[]> vectors, Check check) throws IOException {
        IndexWriterConfig config = new IndexWriterConfig()
                .setCodec(TestUtil.alwaysKnnVectorsFormat(format))
                .setMergePolicy(new TieredMergePolicy());
        if (random().nextBoolean()) {
            config.setIndexSort(new Sort(new SortField("rank", SortField.Type.LONG)));
        }
        boolean deletes = random().nextBoolean();
        try (Directory directory = newDirectory()) {
            try (IndexWriter writer = new IndexWriter(directory, config)) {
                for (int id = 0; id < vectors.size(); id++) {
                    writer.addDocument(document(id, vectors.get(id)));
                    if (random().nextInt(vectors.size() / 4) == 0) {
                        writer.commit();
                    }
                    if (deletes && id % 10 == 9) {
                        int replaced = random().nextInt(id);
                        writer.updateDocument(
                                new Term("id", Integer.toString(replaced)), document(replaced, vectors.get(replaced)));
                    }
                }
                writer.forceMerge(1);
            }
            TestUtil.checkIndex(directory);
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                assertEquals(vectors.size(), reader.maxDoc());
                check.on(reader);
            }
        }
    }

    /** That each vector is a node once, represented by one of its bits. */
    private static void assertNodes(LeafReader leaf, int distinct) throws IOException {
        EmbeddingVectorsReader reader = EmbeddingVectorsReader.in(leaf, "v");
        GraphNodes nodes = reader.nodes("v");
        FloatVectorValues vectors = leaf.getFloatVectorValues("v");
        FloatVectorValues others = leaf.getFloatVectorValues("v");
        assertEquals(distinct, nodes.size());
        assertEquals(HnswGraph.EMPTY, reader.getGraph("v"));
        assertTrue(reader.nodeGraph("v").size() == distinct);
        Set<Integer> seen = new HashSet<>();
        Set<List<Integer>> bits = new HashSet<>();
        for (int node = 0; node < nodes.size(); node++) {
            float[] representative = vectors.vectorValue(nodes.vector(node));
            assertTrue(bits.add(
                    Arrays.hashCode(representative) == 0
                            ? List.of()
                            : IntStream.range(0, DIMENSIONS)
                                    .mapToObj(i -> Float.floatToRawIntBits(representative[i]))
                                    .toList()));
            List<Integer> all = new ArrayList<>();
            nodes.forEach(node, null, Integer.MAX_VALUE, all::add);
            assertEquals(all.stream().sorted().toList(), all);
            assertEquals(all.size(), nodes.count(node, null, Integer.MAX_VALUE));
            for (int vector : all) {
                assertTrue(seen.add(vector));
                assertArrayEquals(representative, others.vectorValue(vector), 0);
            }
            assertTrue(node == 0 || nodes.vector(node - 1) < nodes.vector(node));
        }
        assertEquals(vectors.size(), seen.size());
    }

    /** By the scores that searches collect, since copies cannot be told apart by them. */
    private static double recall(
            DirectoryReader reader, List<float[]> vectors, int k, Query filter, Set<Integer> allowed)
            throws IOException {
        double found = 0;
        for (int i = 0; i < QUERIES; i++) {
            float[] target = random().nextBoolean() ? vectors.get(random().nextInt(vectors.size())) : unit();
            float[] scores = scores(reader, target, allowed);
            int expected = Math.min(k, scores.length);
            KnnSearchStrategy strategy =
                    random().nextBoolean() ? KnnSearchStrategy.Hnsw.DEFAULT : new KnnSearchStrategy.Hnsw(60);
            TopDocs top = new IndexSearcher(reader)
                    .search(new KnnFloatVectorQuery("v", target, Math.max(k, 100), filter, strategy), k);
            assertEquals(expected, top.scoreDocs.length);
            assertEquals(
                    expected,
                    Arrays.stream(top.scoreDocs).map(hit -> hit.doc).distinct().count());
            float least = scores[scores.length - expected];
            for (ScoreDoc hit : top.scoreDocs) {
                assertTrue(allowed == null || allowed.contains(hit.doc));
                found += hit.score >= least ? 1.0 / expected : 0;
            }
        }
        return found / QUERIES;
    }

    /** Of all live documents, in ascending order. */
    private static float[] scores(DirectoryReader reader, float[] target, Set<Integer> allowed) throws IOException {
        List<Float> scores = new ArrayList<>();
        for (LeafReaderContext context : reader.leaves()) {
            RandomVectorScorer scorer = QuantizedVectorsFormat.estimator(context.reader(), "v", target);
            FloatVectorValues values = context.reader().getFloatVectorValues("v");
            for (int ordinal = 0; ordinal < values.size(); ordinal++) {
                int doc = values.ordToDoc(ordinal);
                boolean live = context.reader().getLiveDocs() == null
                        || context.reader().getLiveDocs().get(doc);
                if (live && (allowed == null || allowed.contains(context.docBase + doc))) {
                    scores.add(
                            scorer == null
                                    ? EUCLIDEAN.compare(target, values.vectorValue(ordinal))
                                    : scorer.score(ordinal));
                }
            }
        }
        Collections.sort(scores);
        float[] sorted = new float[scores.size()];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = scores.get(i);
        }
        return sorted;
    }

    private static void assertFinds(DirectoryReader reader, List<float[]> vectors) throws IOException {
        for (int k : new int[] {1 + random().nextInt(10), 120}) {
            double recall = recall(reader, vectors, k, null, null);
            assertTrue(recall + " of " + k, recall >= .98);
        }
    }

    public void testManyCopiesOfSomeVectorsAmongMany() throws IOException {
        for (Quantization quantization : Quantization.values()) {
            List<float[]> vectors = vectors(counts(800, 20, 60));
            Check check = reader -> {
                assertNodes(only(reader), 820);
                assertFinds(reader, vectors);
            };
            onFlush(withGraphs(quantization), vectors, check);
            onMerge(withGraphs(quantization), vectors, check);
        }
    }

    public void testFewVectorsThatAllDocumentsHave() throws IOException {
        for (Quantization quantization : Quantization.values()) {
            int distinct = 1 + random().nextInt(3);
            int[] counts = new int[distinct];
            Arrays.fill(counts, 600 / distinct);
            List<float[]> vectors = vectors(counts);
            Check check = reader -> {
                assertNodes(only(reader), distinct);
                assertFinds(reader, vectors);
            };
            onFlush(withGraphs(quantization), vectors, check);
            onMerge(withGraphs(quantization), vectors, check);
        }
    }

    /** Too few are left for a graph, which the segment would have without copies. */
    public void testDistinctVectorsAreScannedWhereTheyAreFew() throws IOException {
        List<float[]> vectors = vectors(counts(10, 10, 300));
        for (KnnVectorsFormat format : List.of(
                EmbeddingVectorsFormat.hnsw(8, 50), new QuantizedVectorsFormat(randomQuantization(), 8, 50, 50))) {
            Check check = reader -> {
                EmbeddingVectorsReader ours = EmbeddingVectorsReader.in(only(reader), "v");
                assertEquals(20, ours.nodes("v").size());
                assertEquals(0, ours.nodeGraph("v").size());
                assertFinds(reader, vectors);
                KnnCollector collector = new TopKnnCollector(30, Integer.MAX_VALUE);
                only(reader)
                        .searchNearestVectors("v", unit(), collector, AcceptDocs.fromLiveDocs(null, reader.maxDoc()));
                assertEquals(20, collector.visitedCount());
            };
            onFlush(format, vectors, check);
            onMerge(format, vectors, check);
        }
    }

    public void testFilters() throws IOException {
        List<float[]> vectors = vectors(counts(1_000, 20, 50));
        Check check = reader -> {
            int one = 2 + random().nextInt(20);
            List<BytesRef> ids = IntStream.range(0, vectors.size())
                    .filter(id -> id % one == 0)
                    .mapToObj(id -> new BytesRef(Integer.toString(id)))
                    .toList();
            Query filter = new TermInSetQuery("id", ids);
            Set<Integer> allowed = new HashSet<>();
            for (ScoreDoc hit : new IndexSearcher(reader).search(filter, vectors.size()).scoreDocs) {
                allowed.add(hit.doc);
            }
            double recall = recall(reader, vectors, 10, filter, allowed);
            assertTrue("one in " + one + ": " + recall, recall >= .97);
        };
        Quantization quantization = anyQuantization();
        onFlush(withGraphs(quantization), vectors, check);
        onMerge(withGraphs(quantization), vectors, check);
    }

    public void testDeletedCopiesAreNotFound() throws IOException {
        List<float[]> vectors = vectors(counts(300, 10, 60));
        try (Directory directory = newDirectory();
                IndexWriter writer = new IndexWriter(directory, oneFlush(withGraphs(randomQuantization())))) {
            for (int id = 0; id < vectors.size(); id++) {
                writer.addDocument(doc(Integer.toString(id), vectors.get(id)));
            }
            writer.commit();
            for (int id = 0; id < vectors.size(); id++) {
                if (id % 3 != 0) {
                    writer.deleteDocuments(new Term("id", Integer.toString(id)));
                }
            }
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                assertEquals(300, reader.numDocs());
                assertFinds(reader, vectors);
            }
        }
    }

    /** Several searches of a shard begin where others ended. */
    public void testSeveralSegments() throws IOException {
        List<float[]> vectors = vectors(counts(800, 20, 60));
        KnnVectorsFormat format = withGraphs(anyQuantization());
        try (Directory directory = newDirectory();
                IndexWriter writer = new IndexWriter(directory, oneFlush(format))) {
            for (int id = 0; id < vectors.size(); id++) {
                writer.addDocument(doc(Integer.toString(id), vectors.get(id)));
                if (id % 500 == 0) {
                    writer.commit();
                }
            }
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                assertEquals(5, reader.leaves().size());
                assertFinds(reader, vectors);
            }
        }
    }

    public void testAllCopiesAboveAScoreAreFound() throws IOException {
        List<float[]> vectors = vectors(counts(500, 10, 100));
        onFlush(withGraphs(Quantization.NONE), vectors, reader -> {
            float[] target = vectors.get(random().nextInt(vectors.size()));
            long expected = vectors.stream()
                    .filter(vector -> EUCLIDEAN.compare(target, vector) >= .9f)
                    .count();
            // Goes through the whole graph: with a higher bound a walk may end before it comes near.
            assertEquals(
                    expected, new IndexSearcher(reader).count(new FloatVectorSimilarityQuery("v", target, 0, .9f)));
        });
    }

    public void testResumableSearchSeesAllCopies() throws IOException {
        List<float[]> vectors = vectors(counts(1_000, 20, 80));
        Check check = reader -> {
            LeafReader leaf = only(reader);
            double found = 0;
            double wanted = 0;
            for (int i = 0; i < QUERIES; i++) {
                float[] target = unit();
                float[] scores = scores(reader, target, null);
                ResumableGraphSearch search = ResumableGraphSearch.of(leaf, "v", target, null, 50);
                for (int k = 1 + random().nextInt(10); k <= scores.length; k *= 3) {
                    float last = search.search(k, null);
                    List<ScoreDoc> hits = ResumableGraphSearchTests.hits(search);
                    assertTrue(hits.stream().filter(hit -> hit.score >= last).count() >= k);
                    float least = scores[scores.length - k];
                    found += Math.min(
                            k, hits.stream().filter(hit -> hit.score >= least).count());
                    wanted += k;
                }
                assertTrue(search.visited() <= 1_020);
                List<ScoreDoc> hits = ResumableGraphSearchTests.hits(search);
                assertEquals(
                        hits.size(),
                        hits.stream().map(hit -> hit.doc).distinct().count());
            }
            assertTrue(found + " of " + wanted, found >= wanted * .98);
        };
        onFlush(withGraphs(randomQuantization()), vectors, check);
        onMerge(withGraphs(randomQuantization()), vectors, check);
    }

    /** What has no copies is written as by the first version, and whoever has copies in one field only has nodes of it. */
    public void testNodesAreWrittenWhereVectorsAreThereTwiceOnly() throws IOException {
        for (int copies : new int[] {1, 2}) {
            IndexWriterConfig config = oneFlush(withGraphs(anyQuantization())).setUseCompoundFile(false);
            try (Directory directory = newDirectory();
                    IndexWriter writer = new IndexWriter(directory, config)) {
                for (float[] vector : vectors(copies, 1, 1, 1)) {
                    writer.addDocument(doc("a", vector));
                }
                writer.commit();
                assertEquals(
                        copies == 2,
                        Arrays.stream(directory.listAll()).anyMatch(name -> name.endsWith("." + GraphNodes.EXTENSION)));
                try (DirectoryReader reader = DirectoryReader.open(directory)) {
                    EmbeddingVectorsReader ours = EmbeddingVectorsReader.in(only(reader), "v");
                    assertEquals(copies == 1, ours.nodes("v") == null);
                    assertEquals(4, ours.nodeGraph("v").size());
                }
            }
        }
    }

    public void testMergeBuildsUponGraphsThatShareVectors() throws IOException {
        List<String> messages = new ArrayList<>();
        List<float[]> large = vectors(counts(400, 10, 10));
        List<float[]> small = new ArrayList<>(vectors(counts(200, 0, 0)));
        boolean few = random().nextBoolean();
        small.addAll(new ArrayList<>(new LinkedHashSet<>(large)).subList(0, few ? 50 : 100));
        IndexWriterConfig config = new IndexWriterConfig()
                .setCodec(TestUtil.alwaysKnnVectorsFormat(new QuantizedVectorsFormat(randomQuantization(), 12, 60, 0)))
                .setMergePolicy(new TieredMergePolicy())
                .setInfoStream(new GraphMessages(messages));
        try (Directory directory = newDirectory();
                IndexWriter writer = new IndexWriter(directory, config)) {
            for (List<float[]> segment : List.of(small, large)) {
                for (float[] vector : segment) {
                    writer.addDocument(doc("a", vector));
                }
                writer.flush();
            }
            writer.forceMerge(1);
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                assertNodes(only(reader), 610);
                assertTrue(
                        messages.toString(),
                        messages.stream()
                                .anyMatch(m -> m.startsWith(
                                        "build graph from merging " + (few ? 2 : 1) + " graphs of 610 vectors")));
                assertFinds(reader, large);
            }
        }
    }
}
