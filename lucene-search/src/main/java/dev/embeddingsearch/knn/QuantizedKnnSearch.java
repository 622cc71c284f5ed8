/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import dev.embeddingsearch.vectors.flat.VisibleVectors;
import dev.embeddingsearch.vectors.graph.ResumableGraphSearch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
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
 * Searches the quantized vectors of a shard for the documents nearest to one vector. A search for more documents continues
 * where the one before stopped.
 */
final class QuantizedKnnSearch {

    /**
     * A segment is first searched for its share of the wanted documents plus so many standard deviations of that share, as
     * Lucene's optimistic multi-segment search does.
     */
    private static final double DEVIATIONS = 16;

    private final IndexSearcher searcher;
    private final List<Leaf> leaves;
    private final long vectors;

    record Leaf(LeafReaderContext context, ResumableGraphSearch search, int vectors, AtomicBoolean over) {

        /** How many of the {@code wanted} documents this segment has if they are spread evenly, and some more. */
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
     * @param wanted about how many documents will be asked for
     * @return null where the vectors of a segment are not quantized
     */
    static QuantizedKnnSearch of(KnnTarget target, IndexSearcher searcher, int wanted) throws IOException {
        List<Leaf> leaves = new ArrayList<>();
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            FloatVectorValues values = VisibleVectors.of(leaf.reader(), target.field());
            if (values == null || values.size() == 0) {
                continue;
            }
            ResumableGraphSearch search = ResumableGraphSearch.of(
                    leaf.reader(),
                    target.field(),
                    target.vector(),
                    leaf.reader().getLiveDocs(),
                    wanted);
            if (search == null) {
                return null;
            }
            leaves.add(new Leaf(leaf, search, values.size(), new AtomicBoolean()));
        }
        return new QuantizedKnnSearch(searcher, leaves);
    }

    /**
     * Searches for the {@code wanted} nearest documents.
     *
     * @return the score of the last of them; negative infinity if there are fewer
     */
    float search(int wanted) throws IOException {
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

    /** The visited documents that score at least {@code least}, the nearest first, at most {@code most}. */
    ScoreDoc[] best(float least, int most) {
        BestFirst found = new BestFirst((int) Math.min(most, visited()));
        for (Leaf leaf : leaves) {
            for (int i = 0; i < leaf.search.count(); i++) {
                float score = leaf.search.score(i);
                if (score >= least) {
                    leaf.search.documents(i, most, doc -> found.add(leaf.context.docBase + doc, score));
                }
            }
        }
        return found.best(most);
    }

    /** Whether several documents may have one vector. */
    boolean knowsDuplicates() {
        return leaves.stream().anyMatch(leaf -> leaf.search.knowsDuplicates());
    }

    /**
     * The nearest {@code wanted} distinct vectors, the nearest first. Documents that share a vector must not crowd out others
     * whose exact score may be higher than their estimate.
     */
    List<SeenVector> distinct(int wanted) {
        FloatHeap nearest = new FloatHeap(wanted);
        for (Leaf leaf : leaves) {
            for (int i = 0; i < leaf.search.count(); i++) {
                nearest.offer(leaf.search.score(i));
            }
        }
        List<SeenVector> vectors = vectors(nearest.size() < wanted ? Float.NEGATIVE_INFINITY : nearest.peek());
        vectors.sort(Comparator.comparing(SeenVector::first, BestFirst.ORDER));
        return vectors.subList(0, Math.min(wanted, vectors.size()));
    }

    /**
     * The {@code i}-th visited vector of a segment.
     *
     * @param first the first document that has this vector, with the estimate of its score
     */
    record SeenVector(Leaf leaf, int i, ScoreDoc first) {

        private static SeenVector of(Leaf leaf, int i) {
            ScoreDoc first = new ScoreDoc(-1, leaf.search.score(i));
            leaf.search.documents(i, 1, doc -> first.doc = leaf.context.docBase + doc);
            return new SeenVector(leaf, i, first);
        }

        /** Whether other documents may have the same vector. */
        boolean mayBeShared() {
            return leaf.search.knowsDuplicates();
        }

        /** Adds the documents that have this vector, up to {@code most}, with {@code score}. */
        void addTo(List<ScoreDoc> hits, int most, float score) {
            leaf.search.documents(i, most, doc -> hits.add(new ScoreDoc(leaf.context.docBase + doc, score)));
        }
    }

    private List<SeenVector> vectors(float least) {
        List<SeenVector> vectors = new ArrayList<>();
        for (Leaf leaf : leaves) {
            for (int i = 0; i < leaf.search.count(); i++) {
                if (leaf.search.score(i) >= least) {
                    vectors.add(SeenVector.of(leaf, i));
                }
            }
        }
        return vectors;
    }

    /** The visited documents of one segment that score at least {@code least}. */
    LeafHits atLeast(float least, LeafReaderContext context) {
        Leaf leaf = in(context);
        return leaf == null ? LeafHits.NONE : found(leaf.search, least);
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

    private static LeafHits found(ResumableGraphSearch search, float least) {
        LongStream.Builder keys = LongStream.builder();
        for (int i = 0; i < search.count(); i++) {
            float score = search.score(i);
            if (score >= least) {
                search.documents(i, Integer.MAX_VALUE, doc -> keys.add(LeafHits.key(doc, score)));
            }
        }
        long[] found = keys.build().toArray();
        return LeafHits.estimated(found, found.length);
    }

    /**
     * Ends the search of a segment and returns its scorer, which has quantized the query already; null where there is none,
     * or where another caller has it.
     */
    RandomVectorScorer end(LeafReaderContext context) {
        Leaf leaf = in(context);
        return leaf != null && leaf.over.compareAndSet(false, true) ? leaf.search.scorer() : null;
    }

    /** How many vectors have been visited. */
    long visited() {
        return leaves.stream().mapToLong(leaf -> leaf.search.visited()).sum();
    }
}
