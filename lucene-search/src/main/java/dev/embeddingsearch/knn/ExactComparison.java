/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.internal.hppc.IntHashSet;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;

/**
 * Compares the candidates of a search of quantized vectors exactly, the best estimates first, and says how many must be
 * compared for a recall.
 *
 * <p>A candidate that is not compared belongs to the {@code k} nearest if its exact score exceeds the {@code k}-th best so
 * far. How probable that is follows from its estimate and from the errors of those compared already, which differ from query
 * to query: among hundreds of almost equally near documents, estimates of one bit a dimension say little. The sum of these
 * probabilities is the expected number of documents that are missing among the {@code k}.
 */
final class ExactComparison {

    private final KnnTarget target;
    private final IndexSearcher searcher;
    private final KnnQuery.Options options;
    private final QuantizationError errors = new QuantizationError();
    private final IntHashSet documents = new IntHashSet();
    private ScoreDoc[] compared = new ScoreDoc[0];

    ExactComparison(KnnTarget target, IndexSearcher searcher, KnnQuery.Options options) {
        this.target = target;
        this.searcher = searcher;
        this.options = options;
    }

    /** Compares those of the first {@code count} candidates that are not compared yet. */
    void compare(ScoreDoc[] candidates, int count) throws IOException {
        ScoreDoc[] added = Arrays.stream(candidates, 0, count)
                .filter(candidate -> documents.add(candidate.doc))
                .toArray(ScoreDoc[]::new);
        List<ScoreDoc> all = new ExactScan(target).rescore(added, searcher, errors);
        all.addAll(Arrays.asList(compared));
        compared = BestFirst.sorted(all);
    }

    /**
     * How many of the candidates have to be compared for the recall: those behind them are expected to include at most
     * {@code (1 - recall) * k} of the nearest.
     *
     * @param candidates by their estimates, the highest first; with all documents that have a higher estimate than the last
     * @param count how many of them are compared already
     * @return more than there are candidates if the documents behind them are expected to include more
     */
    int needed(ScoreDoc[] candidates, int count) {
        if (options.rescoring().recall() == 0 || compared.length < options.k()) {
            return count;
        }
        ErrorPrediction prediction = errors.prediction();
        if (!prediction.isKnown()) {
            return Math.clamp(QuantizationError.ENOUGH, count, candidates.length);
        }
        double least = Math.max(compared[options.k() - 1].score, target.luceneScore(options.minSimilarity()));
        double allowed = (1 - options.rescoring().recall()) * options.k();
        // Behind the last candidate there are more documents the lower the estimate, but less and less probable ones.
        double last = candidates[candidates.length - 1].score;
        double missing = candidates.length * prediction.probability(last, least);
        if (missing > allowed) {
            return candidates.length + 1;
        }
        int needed = candidates.length;
        while (needed > count) {
            missing += prediction.probability(candidates[needed - 1].score, least);
            if (missing > allowed) {
                break;
            }
            needed--;
        }
        return needed;
    }

    boolean isCompared(int document) {
        return documents.contains(document);
    }

    /** The compared candidates with their exact scores, the nearest first. */
    ScoreDoc[] byRank() {
        return compared;
    }

    QuantizationError errors() {
        return errors;
    }
}
