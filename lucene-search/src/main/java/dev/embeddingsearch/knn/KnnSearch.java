/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;

/**
 * One run of a {@link KnnQuery} over a shard.
 *
 * <p>Where vectors are quantised, codes are compared, without a filter by a {@link QuantizedKnnSearch}; the best of what it finds
 * are compared again, exactly, and the nearest of these are the result. All else is {@link LuceneKnnSearch Lucene's} to find.
 */
public final class KnnSearch {

    private final KnnTarget leg;
    private final Query filter;
    private final KnnQuery.Options options;
    private final UnprofiledSearcher searcher;
    private final BegunSearch begun;
    /** Whether the candidates' scores are estimates, until they are rescored. */
    private final boolean estimated;

    private long visited;

    /**
     * What either search finds.
     *
     * @param byScore the nearest first
     * @param compared those of which exact scores will tell the nearest
     * @param vectors those that differ, where it is known, of which {@code compared} are the first documents
     * @param visited how many vectors were looked at
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody, read only
    record Candidates(
            ScoreDoc[] byScore, ScoreDoc[] compared, List<QuantizedKnnSearch.SeenVector> vectors, long visited) {}

    /**
     * @param filter which documents may be found, or null for all
     * @param begun what searches for the same vector have begun, with the same filter and the same searcher, which this one
     *     continues
     */
    KnnSearch(KnnTarget leg, Query filter, KnnQuery.Options options, IndexSearcher searcher, BegunSearch begun) {
        this.leg = leg;
        this.filter = filter;
        this.options = options;
        this.searcher = new UnprofiledSearcher(searcher);
        this.begun = begun;
        this.estimated = !options.exact()
                && searcher.getLeafContexts().stream()
                        .anyMatch(leaf -> QuantizedVectorsFormat.estimates(leaf.reader(), leg.field()));
    }

    public KnnResult run() throws IOException {
        Candidates sought = sought();
        ScoreDoc[] candidates = sought.byScore();
        ScoreDoc[] first = sought.compared();
        ScoreDoc[] rest = without(first, candidates);
        ExactScan.Rescored seen = estimated
                ? new ExactScan(leg).rescore(first, searcher)
                : new ExactScan.Rescored(first, new QuantizationError());
        ScoreDoc[] byRank = withCopies(seen.byRank(), sought.vectors());
        ScoreDoc[] found = Arrays.stream(byRank)
                .limit(options.k())
                .filter(hit -> leg.rawSimilarity(hit.score) >= options.minSimilarity())
                .toArray(ScoreDoc[]::new);
        if (searcher.getTimeout().shouldExit()) {
            return KnnResult.partial(known(found, estimated), visited);
        }
        double error = estimated ? leg.rawDifference(seen.errors().likely()) : Double.POSITIVE_INFINITY;
        UnseenBound behind = behind(candidates, candidates, seen.errors()).withError(error);
        UnseenBound outside = outside(found, rest.length == 0 ? behind : behind(first, candidates, seen.errors()));
        ScoreDoc[] others = Arrays.copyOfRange(byRank, found.length, byRank.length);
        return new KnnResult(
                known(found, estimated),
                outside.withError(error),
                new KnnResult.Further(
                        byLeaf(leaf -> KnnResult.Found.exact(known(others, estimated), leaf)
                                .and(KnnResult.Found.estimated(rest, leaf))),
                        behind),
                seen.errors(),
                visited,
                true);
    }

    /** The same, with the first {@code k} documents that have these vectors. */
    private ScoreDoc[] withCopies(ScoreDoc[] byRank, List<QuantizedKnnSearch.SeenVector> vectors) {
        if (vectors.isEmpty()) {
            return byRank;
        }
        Map<Integer, QuantizedKnnSearch.SeenVector> byDocument =
                vectors.stream().collect(Collectors.toMap(vector -> vector.first().doc, vector -> vector));
        List<ScoreDoc> all = new ArrayList<>(byRank.length);
        for (ScoreDoc hit : byRank) {
            int missing = Math.max(1, options.k() - all.size());
            byDocument.get(hit.doc).addTo(all, missing, hit.score);
        }
        all.sort(ExactScan.BEST_FIRST);
        return all.toArray(ScoreDoc[]::new);
    }

    private static ScoreDoc[] without(ScoreDoc[] some, ScoreDoc[] hits) {
        if (Arrays.equals(some, hits)) {
            return new ScoreDoc[0];
        }
        Set<Integer> known = Arrays.stream(some).map(hit -> hit.doc).collect(Collectors.toSet());
        return Arrays.stream(hits).filter(hit -> !known.contains(hit.doc)).toArray(ScoreDoc[]::new);
    }

    private List<KnnResult.Found> byLeaf(Function<LeafReaderContext, KnnResult.Found> found) {
        return searcher.getLeafContexts().stream().map(found).toList();
    }

    /**
     * The candidates alone, none of them compared exactly.
     *
     * @param errors by how much estimates for the same vector were off
     */
    public KnnResult.Further further(QuantizationError errors) throws IOException {
        QuantizedKnnSearch codes = codes();
        if (codes != null) {
            float least = seek(codes);
            if (searcher.getTimeout().shouldExit() || least == Float.NEGATIVE_INFINITY) {
                return KnnResult.Further.UNKNOWN;
            }
            return new KnnResult.Further(
                    byLeaf(leaf -> codes.atLeast(least, leaf)),
                    UnseenBound.approximate(leg.rawSimilarity(least + errors.largest()))
                            .withError(leg.rawDifference(errors.likely())));
        }
        ScoreDoc[] candidates = sought().byScore();
        if (candidates.length == 0 || searcher.getTimeout().shouldExit()) {
            return KnnResult.Further.UNKNOWN;
        }
        return new KnnResult.Further(
                byLeaf(leaf -> estimated
                        ? KnnResult.Found.estimated(candidates, leaf)
                        : KnnResult.Found.exact(candidates, leaf)),
                behind(candidates, candidates, errors)
                        .withError(estimated ? leg.rawDifference(errors.likely()) : Double.POSITIVE_INFINITY));
    }

    /** How many vectors this search looked at. */
    public long visited() {
        return visited;
    }

    private Candidates sought() throws IOException {
        QuantizedKnnSearch codes = codes();
        if (codes == null) {
            Candidates found = LuceneKnnSearch.candidates(leg, filter, options, searcher, estimated);
            visited = found.visited();
            return found;
        }
        float least = seek(codes);
        List<QuantizedKnnSearch.SeenVector> vectors = codes.distinct(options.rescored());
        ScoreDoc[] compared =
                vectors.stream().map(QuantizedKnnSearch.SeenVector::first).toArray(ScoreDoc[]::new);
        return new Candidates(codes.best(least, options.numCandidates()), compared, vectors, visited);
    }

    private float seek(QuantizedKnnSearch codes) throws IOException {
        long before = codes.visited();
        float least = codes.seek(options.numCandidates());
        visited = codes.visited() - before;
        return least;
    }

    private QuantizedKnnSearch codes() throws IOException {
        return estimated && filter == null ? begun.in(searcher, options.numCandidates()) : null;
    }

    /** With their scores only if they were compared one by one, as whoever asks for more scores will compare. */
    private static ScoreDoc[] known(ScoreDoc[] hits, boolean compared) {
        return compared
                ? hits
                : Arrays.stream(hits)
                        .map(hit -> new ScoreDoc(hit.doc, Float.NaN))
                        .toArray(ScoreDoc[]::new);
    }

    /**
     * How similar what lies behind these candidates, the best or all, is at most. It is estimated no better than the last
     * of them, and its estimate likely no further off than theirs.
     */
    private UnseenBound behind(ScoreDoc[] best, ScoreDoc[] candidates, QuantizationError errors) {
        if (candidates.length < options.numCandidates() && best.length == candidates.length) {
            return options.exact() ? UnseenBound.exact(Double.NEGATIVE_INFINITY) : UnseenBound.UNKNOWN;
        }
        double least = leg.rawSimilarity(best[best.length - 1].score + errors.largest());
        return options.exact() ? UnseenBound.exact(least) : UnseenBound.approximate(least);
    }

    /** The same of all that is not found, given what lies behind the candidates that were compared. */
    private UnseenBound outside(ScoreDoc[] found, UnseenBound behind) {
        boolean full = found.length == options.k();
        if (options.exact()) {
            return UnseenBound.exact(full ? leg.rawSimilarity(found[found.length - 1].score) : options.minSimilarity());
        }
        if (!full) {
            return UnseenBound.UNKNOWN;
        }
        double last = leg.rawSimilarity(found[found.length - 1].score);
        return UnseenBound.approximate(
                estimated && behind.likely() < Double.POSITIVE_INFINITY ? Math.max(last, behind.likely()) : last);
    }
}
