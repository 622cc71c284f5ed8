/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import dev.embeddingsearch.vectors.EmbeddingVectorsFormat;
import dev.embeddingsearch.vectors.Quantization;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.AbstractKnnCollector;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.BytesRef;

/** All documents of a vector are found, though the graph has each distinct vector once. */
public class DuplicateVectorsTests extends DuplicateVectorsTestCase {
    public void testManyDuplicatesOfSomeVectors() throws IOException {
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

    public void testAllDocumentsShareFewVectors() throws IOException {
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

    /** The segment has enough vectors for a graph, but too few distinct ones. */
    public void testFewDistinctVectorsAreScanned() throws IOException {
        List<float[]> vectors = vectors(counts(10, 10, 300));
        for (KnnVectorsFormat format :
                List.of(EmbeddingVectorsFormat.hnsw(8, 50), quantizedWithGraphs(randomQuantization(), 8, 50, 50))) {
            Check check = reader -> {
                NodeGraphReader fieldReader = NodeGraphReader.of(only(reader), "v");
                assertEquals(20, fieldReader.nodes("v").size());
                assertEquals(0, fieldReader.nodeGraph("v").size());
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

    public void testDeletedDuplicatesAreNotFound() throws IOException {
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

    public void testAllDuplicatesAboveAScoreAreFound() throws IOException {
        List<float[]> vectors = vectors(counts(500, 10, 100));
        onFlush(withGraphs(Quantization.NONE), vectors, reader -> {
            float[] target = vectors.get(random().nextInt(vectors.size()));
            long expected = vectors.stream()
                    .filter(vector -> EUCLIDEAN.compare(target, vector) >= .9f)
                    .count();
            Above collector = new Above(.9f);
            LeafReader segment = only(reader);
            segment.searchNearestVectors("v", target, collector, AcceptDocs.fromLiveDocs(null, segment.maxDoc()));
            assertEquals(expected, collector.numCollected());
        });
    }

    /** Counts the documents above a score; its searches visit the whole graph. */
    private static final class Above extends AbstractKnnCollector {
        private final float score;
        private int count;

        Above(float score) {
            super(1, Long.MAX_VALUE);
            this.score = score;
        }

        @Override
        public boolean collect(int document, float similarity) {
            count += similarity >= score ? 1 : 0;
            return false;
        }

        @Override
        public int numCollected() {
            return count;
        }

        @Override
        public float minCompetitiveSimilarity() {
            return Math.nextUp(Float.NEGATIVE_INFINITY);
        }

        @Override
        public TopDocs topDocs() {
            throw new UnsupportedOperationException();
        }
    }

    public void testResumableSearchFindsAllDuplicates() throws IOException {
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
                            k,
                            hits.stream()
                                    .filter(hit -> reaches(hit.score, least))
                                    .count());
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
}
