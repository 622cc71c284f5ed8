/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import dev.embeddingsearch.vectors.VectorsTestCase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
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
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** Helpers for tests of segments in which many documents have the same vector. */
abstract class DuplicateVectorsTestCase extends VectorsTestCase {
    private static final int DIMENSIONS = 24;
    static final int QUERIES = 60;

    static float[] unit() {
        return VectorUtil.l2normalize(randomVector(DIMENSIONS));
    }

    /** @param counts the number of documents by distinct vector */
    static List<float[]> vectors(int... counts) {
        List<float[]> vectors = new ArrayList<>();
        for (int count : counts) {
            vectors.addAll(Collections.nCopies(count, unit()));
        }
        Collections.shuffle(vectors, random());
        return vectors;
    }

    static int[] counts(int unique, int duplicated, int duplicates) {
        int[] counts = new int[unique + duplicated];
        Arrays.fill(counts, 0, unique, 1);
        Arrays.fill(counts, unique, counts.length, duplicates);
        return counts;
    }

    static Quantization anyQuantization() {
        return RandomPicks.randomFrom(random(), Quantization.values());
    }

    static KnnVectorsFormat withGraphs(Quantization quantization) {
        int workers = 1 + random().nextInt(2);
        return quantization == Quantization.NONE
                ? exactWithGraphs(12, 60).withMergeWorkers(workers)
                : quantizedWithGraphs(quantization, 12, 60)
                        .withPrecision(randomPrecision())
                        .withMergeWorkers(workers);
    }

    static Document document(int id, float[] vector) {
        Document document = doc(Integer.toString(id), vector);
        document.add(new NumericDocValuesField("rank", random().nextInt(100)));
        return document;
    }

    @FunctionalInterface
    interface Check {
        void on(DirectoryReader reader) throws IOException;
    }

    static void onFlush(KnnVectorsFormat format, List<float[]> vectors, Check check) throws IOException {
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

    /** Merges several segments; in half of the runs every tenth document is replaced by one with the same vector. */
    static void onMerge(KnnVectorsFormat format, List<float[]> vectors, Check check) throws IOException {
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

    /** Each distinct vector is one node, whose vectors are all that equal it. */
    static void assertNodes(LeafReader leaf, int distinct) throws IOException {
        NodeGraphReader reader = NodeGraphReader.of(leaf, "v");
        GraphNodes nodes = reader.nodes("v");
        FloatVectorValues vectors = leaf.getFloatVectorValues("v");
        FloatVectorValues others = leaf.getFloatVectorValues("v");
        assertEquals(distinct, nodes.size());
        assertEquals(HnswGraph.EMPTY, reader.getGraph("v"));
        assertEquals(distinct, reader.nodeGraph("v").size());
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

    /** Recall by scores rather than documents, since duplicates have the same score. */
    static double recall(DirectoryReader reader, List<float[]> vectors, int k, Query filter, Set<Integer> allowed)
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
                found += reaches(hit.score, least) ? 1.0 / expected : 0;
            }
        }
        return found / QUERIES;
    }

    /** Several vectors scored at once are summed in another order than one alone, so the last bits may differ. */
    static boolean reaches(float score, float least) {
        return score >= least - 1e-6f;
    }

    /** The scores of all live documents, in ascending order. */
    static float[] scores(DirectoryReader reader, float[] target, Set<Integer> allowed) throws IOException {
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

    static void assertFinds(DirectoryReader reader, List<float[]> vectors) throws IOException {
        for (int k : new int[] {1 + random().nextInt(10), 120}) {
            double recall = recall(reader, vectors, k, null, null);
            assertTrue(recall + " of " + k, recall >= .98);
        }
    }
}
