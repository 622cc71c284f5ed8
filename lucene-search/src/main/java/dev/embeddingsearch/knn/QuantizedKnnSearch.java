/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import dev.embeddingsearch.vectors.flat.VisibleVectors;
import dev.embeddingsearch.vectors.graph.ResumableGraphSearch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.hnsw.FloatHeap;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * The search of a shard's codes for the documents nearest to one vector, which goes on where it stopped when it is asked for
 * more.
 */
final class QuantizedKnnSearch {

    /** So many standard deviations more than a segment's part of all documents are sought there first, as Lucene does. */
    private static final double DEVIATIONS = 16;

    private final IndexSearcher searcher;
    private final List<Leaf> leaves;
    private final long vectors;

    record Leaf(LeafReaderContext context, ResumableGraphSearch search, int vectors, AtomicBoolean over) {

        /** How many of {@code wanted} documents it has, if they are spread evenly, and some more. */
        private int part(int wanted, long all) {
            double share = (double) vectors / all;
            double part = wanted * share + DEVIATIONS * Math.sqrt(wanted * share * (1 - share));
            return Math.max(1, Math.min(wanted, (int) part));
        }
    }

    private QuantizedKnnSearch(IndexSearcher searcher, List<Leaf> leaves) {
        this.searcher = searcher;
        this.leaves = leaves;
        this.vectors = leaves.stream().mapToLong(Leaf::vectors).sum();
    }

    /**
     * A search that has not begun.
     *
     * @param wanted how many documents will be asked for, about
     * @return null where the vectors of a segment have no codes
     */
    static QuantizedKnnSearch of(KnnTarget leg, IndexSearcher searcher, int wanted) throws IOException {
        List<Leaf> leaves = new ArrayList<>();
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            FloatVectorValues values = VisibleVectors.of(leaf.reader(), leg.field());
            if (values == null || values.size() == 0) {
                continue;
            }
            ResumableGraphSearch search = ResumableGraphSearch.of(
                    leaf.reader(), leg.field(), leg.target(), leaf.reader().getLiveDocs(), wanted);
            if (search == null) {
                return null;
            }
            leaves.add(new Leaf(leaf, search, values.size(), new AtomicBoolean()));
        }
        return new QuantizedKnnSearch(searcher, leaves);
    }

    /**
     * Seeks the {@code wanted} nearest documents.
     *
     * @return the score of the last of them; negative infinity if there are no more
     */
    float seek(int wanted) throws IOException {
        if (leaves.size() == 1) {
            return leaves.get(0).search.search(wanted, searcher.getTimeout());
        }
        List<Callable<Float>> tasks = new ArrayList<>();
        for (Leaf leaf : leaves) {
            tasks.add(() -> leaf.search.search(leaf.part(wanted, vectors), searcher.getTimeout()));
        }
        List<Float> lasts = searcher.getTaskExecutor().invokeAll(tasks);
        float least = last(wanted);
        List<Callable<Void>> more = new ArrayList<>();
        for (int i = 0; i < lasts.size(); i++) {
            ResumableGraphSearch search = leaves.get(i).search;
            if (lasts.get(i) >= least) {
                more.add(() -> {
                    search.searchAbove(least, searcher.getTimeout());
                    return null;
                });
            }
        }
        searcher.getTaskExecutor().invokeAll(more);
        return last(wanted);
    }

    private float last(int wanted) {
        FloatHeap nearest = new FloatHeap(wanted);
        for (Leaf leaf : leaves) {
            leaf.search.offer(nearest, wanted);
        }
        return nearest.size() < wanted ? Float.NEGATIVE_INFINITY : nearest.peek();
    }

    /** Those that were seen and score at least {@code least}, the nearest first, but no more than {@code most}. */
    ScoreDoc[] best(float least, int most) {
        List<ScoreDoc> found = new ArrayList<>();
        for (SeenVector vector : vectors(least)) {
            vector.addTo(found, most, vector.leaf.search.score(vector.i));
        }
        ScoreDoc[] hits = found.toArray(ScoreDoc[]::new);
        Arrays.sort(hits, ExactScan.BEST_FIRST);
        return hits.length > most ? Arrays.copyOf(hits, most) : hits;
    }

    /**
     * The nearest {@code wanted} vectors that differ, the nearest first: documents that share a vector must not keep out
     * others that are nearer than their estimates tell.
     */
    List<SeenVector> distinct(int wanted) {
        FloatHeap nearest = new FloatHeap(wanted);
        for (Leaf leaf : leaves) {
            for (int i = 0; i < leaf.search.count(); i++) {
                nearest.offer(leaf.search.score(i));
            }
        }
        List<SeenVector> vectors = vectors(nearest.size() < wanted ? Float.NEGATIVE_INFINITY : nearest.peek());
        vectors.sort((a, b) -> ExactScan.BEST_FIRST.compare(a.first(), b.first()));
        return vectors.subList(0, Math.min(wanted, vectors.size()));
    }

    /** A vector that was seen, the {@code i}-th in its segment. */
    record SeenVector(Leaf leaf, int i) {

        /** Its first document, with the estimate. */
        ScoreDoc first() {
            List<ScoreDoc> first = new ArrayList<>(1);
            addTo(first, 1, leaf.search.score(i));
            return first.get(0);
        }

        /** Adds its documents, up to {@code most}, with this score. */
        void addTo(List<ScoreDoc> hits, int most, float score) {
            leaf.search.documents(i, most, doc -> hits.add(new ScoreDoc(leaf.context.docBase + doc, score)));
        }
    }

    private List<SeenVector> vectors(float least) {
        List<SeenVector> vectors = new ArrayList<>();
        for (Leaf leaf : leaves) {
            for (int i = 0; i < leaf.search.count(); i++) {
                if (leaf.search.score(i) >= least) {
                    vectors.add(new SeenVector(leaf, i));
                }
            }
        }
        return vectors;
    }

    /** Those in one segment that were seen and score at least {@code least}. */
    KnnResult.Found atLeast(float least, LeafReaderContext context) {
        Leaf leaf = in(context);
        return leaf == null ? KnnResult.Found.NONE : found(leaf.search, least);
    }

    /** The search of one segment; null where that has no vectors. */
    private Leaf in(LeafReaderContext context) {
        for (Leaf leaf : leaves) {
            if (leaf.context == context) {
                return leaf;
            }
        }
        return null;
    }

    private static KnnResult.Found found(ResumableGraphSearch search, float least) {
        LongStream.Builder keys = LongStream.builder();
        for (int i = 0; i < search.count(); i++) {
            float score = search.score(i);
            if (score >= least) {
                search.documents(i, Integer.MAX_VALUE, doc -> keys.add(KnnResult.Found.key(doc, score)));
            }
        }
        long[] found = keys.build().toArray();
        return KnnResult.Found.estimated(found, found.length);
    }

    /**
     * Ends the search of a segment and hands on what compared its codes, which has the query quantised already; null where
     * there is nothing, or somebody else has got it.
     */
    RandomVectorScorer end(LeafReaderContext context) {
        Leaf leaf = in(context);
        return leaf != null && leaf.over.compareAndSet(false, true) ? leaf.search.scorer() : null;
    }

    /** How many vectors were looked at. */
    long visited() {
        return leaves.stream().mapToLong(leaf -> leaf.search.visited()).sum();
    }
}
