/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import dev.embeddingsearch.knn.KnnQuery.Options;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * Searches a shard for the documents nearest to a vector: {@link #first} for the result of a {@link KnnQuery}, then {@link
 * #extend} for more candidates behind it, as often as needed.
 *
 * <p>Where vectors are quantized and no filter is given, a {@link QuantizedKnnSearch} compares the quantized vectors, and
 * an extension continues it. The best candidates are compared again, exactly, and the nearest of these are the result.
 * Everything else is found by {@link LuceneKnnSearch Lucene's search}, which an extension repeats with more candidates.
 *
 * <p>{@link #first} and {@link #extend} are for one thread at a time; {@link #quantizedScorer} is thread-safe once they are
 * done.
 */
public final class KnnSearch {

    /** How many times as many candidates are compared at most before it is asked again how many are needed. */
    private static final int GROWTH = 2;

    private final KnnTarget target;
    private final Query filter;
    private final Options options;
    private final UnprofiledSearcher searcher;
    /** Whether the candidates' scores are estimates, until they are compared exactly. */
    private final boolean estimated;

    /** What has been searched of the quantized vectors, which an extension need not search again; null before. */
    private QuantizedKnnSearch quantized;

    private KnnResult first;
    /** How many candidates the search before kept. */
    private int candidates;

    private long visited;

    /**
     * The candidates of one search.
     *
     * @param all the nearest first, by their estimates where vectors are quantized
     * @param distinct the same without those that share a vector with another
     * @param rescored how many of these to compare exactly at first
     * @param vectors the vectors of {@code distinct}, where other documents may have the same
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody, read only
    record Candidates(
            Supplier<ScoreDoc[]> all, ScoreDoc[] distinct, int rescored, List<QuantizedKnnSearch.SeenVector> vectors) {}

    /** A search that has not begun. The query's scope is not asked: what restricts the search must be in the filter. */
    public KnnSearch(KnnQuery query, IndexSearcher searcher) {
        this(query, searcher, null);
    }

    /**
     * Continues from a result that another search has found.
     *
     * @param first what {@link #first} returns; null to search
     */
    KnnSearch(KnnQuery query, IndexSearcher searcher, KnnResult first) {
        this.target = query.target();
        this.filter = query.filter();
        this.options = query.options();
        this.searcher = new UnprofiledSearcher(searcher);
        this.estimated = !options.exact()
                && searcher.getLeafContexts().stream()
                        .anyMatch(leaf -> QuantizedVectorsFormat.estimates(leaf.reader(), target.field()));
        this.candidates = options.numCandidates();
        this.first = first;
    }

    /** A search that finds no document; only its {@link #quantizedScorer} is of use. */
    public static KnnSearch none(KnnTarget target, IndexSearcher searcher) {
        return new KnnSearch(new KnnQuery(target, null, new Options(1, 1, 0, true)), searcher, KnnResult.none());
    }

    /** The nearest documents. */
    public KnnResult first() throws IOException {
        if (first == null) {
            first = find();
        }
        return first;
    }

    private KnnResult find() throws IOException {
        Candidates found = candidates(options);
        long allVisited = visited;
        ExactComparison exact = new ExactComparison(target, searcher, options);
        int count = found.rescored();
        if (estimated) {
            exact.compare(found.distinct(), count);
        }
        while (estimated
                && exact.needed(found.distinct(), count) > count
                && !searcher.getTimeout().shouldExit()) {
            if (count == found.distinct().length) {
                int more = moreCandidates();
                if (more <= candidates || count < candidates) {
                    break;
                }
                candidates = more;
                found = candidates(options.withCandidates(more));
                allVisited += visited;
            }
            int needed = exact.needed(found.distinct(), count);
            count = Math.min(Math.min(needed, found.distinct().length), GROWTH * count);
            exact.compare(found.distinct(), count);
        }
        visited = allVisited;
        return result(found, count, exact);
    }

    /** A search that is continued pays for what is added alone; one that is repeated pays for all again. */
    private int moreCandidates() {
        int grown = quantized == null ? GROWTH * candidates : candidates + candidates / 4 + 1;
        return Math.min(grown, options.rescoring().most());
    }

    private KnnResult result(Candidates found, int count, ExactComparison exact) {
        ScoreDoc[] all = found.all().get();
        ScoreDoc[] byRank = estimated ? withCopies(exact.byRank(), found.vectors()) : all;
        ScoreDoc[] nearest = Arrays.stream(byRank)
                .limit(options.k())
                .filter(hit -> target.rawSimilarity(hit.score) >= options.minSimilarity())
                .toArray(ScoreDoc[]::new);
        if (searcher.getTimeout().shouldExit()) {
            return KnnResult.partial(withKnownScores(nearest, estimated), visited);
        }
        QuantizationError errors = exact.errors();
        double error = estimated ? target.rawDifference(errors.likely()) : Double.POSITIVE_INFINITY;
        ScoreDoc[] rest = estimated
                ? Arrays.stream(all).filter(hit -> !exact.isCompared(hit.doc)).toArray(ScoreDoc[]::new)
                : new ScoreDoc[0];
        UnseenBound behindAll = behind(all, all, errors).withError(error);
        UnseenBound behindCompared =
                rest.length == 0 ? behindAll : behind(Arrays.copyOf(found.distinct(), count), all, errors);
        ScoreDoc[] others = Arrays.copyOfRange(byRank, nearest.length, byRank.length);
        return new KnnResult(
                withKnownScores(nearest, estimated),
                unseen(nearest, behindCompared).withError(error),
                new ExtraCandidates(
                        byLeaf(leaf -> LeafHits.exact(withKnownScores(others, estimated), leaf)
                                .and(LeafHits.estimated(rest, leaf))),
                        behindAll),
                errors,
                visited,
                true);
    }

    /** Whether an extension may find more than {@link #first} has found. */
    public boolean isExtensible() {
        return !options.exact();
    }

    /**
     * Searches for more candidates. They are not compared exactly.
     *
     * @param candidates how many in all, more than the search before had
     * @return all candidates so far, those of {@link #first} among them; nothing where the search ends early or finds none
     */
    public ExtraCandidates extend(int candidates) throws IOException {
        QuantizationError errors = first().errors();
        this.candidates = candidates;
        if (resumes(candidates)) {
            float least = resume(candidates);
            if (searcher.getTimeout().shouldExit() || least == Float.NEGATIVE_INFINITY) {
                return ExtraCandidates.NONE;
            }
            return new ExtraCandidates(
                    byLeaf(leaf -> quantized.atLeast(least, leaf)),
                    UnseenBound.approximate(target.rawSimilarity(least + errors.largest()))
                            .withError(target.rawDifference(errors.likely())));
        }
        ScoreDoc[] found = candidates(options.withCandidates(candidates)).all().get();
        if (found.length == 0 || searcher.getTimeout().shouldExit()) {
            return ExtraCandidates.NONE;
        }
        return new ExtraCandidates(
                byLeaf(leaf -> estimated ? LeafHits.estimated(found, leaf) : LeafHits.exact(found, leaf)),
                behind(found, found, errors)
                        .withError(estimated ? target.rawDifference(errors.likely()) : Double.POSITIVE_INFINITY));
    }

    /** How many candidates have been searched for. */
    public int candidates() {
        return candidates;
    }

    /** How many vectors the latest search or extension visited. */
    public long visited() {
        return visited;
    }

    /** How many vectors have been visited that an extension need not visit again. */
    public long reusableVisits() {
        return quantized == null ? 0 : quantized.visited();
    }

    /**
     * Compares the quantized vectors of a segment with the target; null where vectors are not quantized. The search of that
     * segment cannot be extended afterwards.
     */
    public RandomVectorScorer quantizedScorer(LeafReaderContext leaf) throws IOException {
        RandomVectorScorer used = quantized == null ? null : quantized.end(leaf);
        return used == null ? QuantizedVectorsFormat.estimator(leaf.reader(), target.field(), target.vector()) : used;
    }

    private Candidates candidates(Options wanted) throws IOException {
        if (!resumes(wanted.numCandidates())) {
            LuceneKnnSearch search = LuceneKnnSearch.run(target, filter, wanted, searcher);
            visited = search.visited();
            return new Candidates(search::candidates, search.candidates(), search.rescored(), List.of());
        }
        float least = resume(wanted.numCandidates());
        if (!quantized.knowsDuplicates()) {
            ScoreDoc[] best = quantized.best(least, wanted.numCandidates());
            return new Candidates(() -> best, best, Math.min(wanted.rescoring().first(), best.length), List.of());
        }
        List<QuantizedKnnSearch.SeenVector> vectors = quantized.distinct(wanted.numCandidates());
        ScoreDoc[] distinct =
                vectors.stream().map(QuantizedKnnSearch.SeenVector::first).toArray(ScoreDoc[]::new);
        return new Candidates(
                () -> quantized.best(least, wanted.numCandidates()),
                distinct,
                Math.min(wanted.rescoring().first(), distinct.length),
                vectors);
    }

    /** Whether there is a search of quantized vectors to continue, or to begin. */
    private boolean resumes(int candidates) throws IOException {
        if (quantized == null && estimated && filter == null) {
            quantized = QuantizedKnnSearch.of(target, searcher, candidates);
        }
        return quantized != null;
    }

    private float resume(int candidates) throws IOException {
        long before = quantized.visited();
        float least = quantized.search(candidates);
        visited = quantized.visited() - before;
        return least;
    }

    /** {@code byRank} with up to {@code k} documents that share their vectors. */
    private ScoreDoc[] withCopies(ScoreDoc[] byRank, List<QuantizedKnnSearch.SeenVector> vectors) {
        if (vectors.isEmpty()) {
            return byRank;
        }
        Map<Integer, QuantizedKnnSearch.SeenVector> byDocument = vectors.stream()
                .filter(QuantizedKnnSearch.SeenVector::mayBeShared)
                .collect(Collectors.toMap(vector -> vector.first().doc, vector -> vector));
        if (byDocument.isEmpty()) {
            return byRank;
        }
        List<ScoreDoc> all = new ArrayList<>(byRank.length);
        for (ScoreDoc hit : byRank) {
            QuantizedKnnSearch.SeenVector vector = byDocument.get(hit.doc);
            if (vector == null) {
                all.add(hit);
            } else {
                vector.addTo(all, Math.max(1, options.k() - all.size()), hit.score);
            }
        }
        return BestFirst.sorted(all);
    }

    private List<LeafHits> byLeaf(Function<LeafReaderContext, LeafHits> hits) {
        return searcher.getLeafContexts().stream().map(hits).toList();
    }

    /**
     * The hits, with their scores only where they were compared one by one. Whoever needs another score compares one by one
     * as well, so that equal vectors have equal scores to the last bit.
     */
    private static ScoreDoc[] withKnownScores(ScoreDoc[] hits, boolean comparedOneByOne) {
        return comparedOneByOne
                ? hits
                : Arrays.stream(hits)
                        .map(hit -> new ScoreDoc(hit.doc, Float.NaN))
                        .toArray(ScoreDoc[]::new);
    }

    /**
     * Bounds the similarity of the documents behind {@code best}, which are the first of those found, or all. Their estimates
     * are no higher than that of the last of {@code best}, and likely off by no more than the errors that are known.
     */
    private UnseenBound behind(ScoreDoc[] best, ScoreDoc[] found, QuantizationError errors) {
        if (found.length < candidates && best.length == found.length) {
            return options.exact() ? UnseenBound.exact(Double.NEGATIVE_INFINITY) : UnseenBound.UNKNOWN;
        }
        double least = target.rawSimilarity(best[best.length - 1].score + errors.largest());
        return options.exact() ? UnseenBound.exact(least) : UnseenBound.approximate(least);
    }

    /** Bounds the similarity of all documents but {@code nearest}, given the bound behind the compared candidates. */
    private UnseenBound unseen(ScoreDoc[] nearest, UnseenBound behind) {
        boolean full = nearest.length == options.k();
        if (options.exact()) {
            return UnseenBound.exact(
                    full ? target.rawSimilarity(nearest[nearest.length - 1].score) : options.minSimilarity());
        }
        if (!full) {
            return UnseenBound.UNKNOWN;
        }
        double last = target.rawSimilarity(nearest[nearest.length - 1].score);
        return UnseenBound.approximate(
                estimated && behind.likely() < Double.POSITIVE_INFINITY ? Math.max(last, behind.likely()) : last);
    }
}
