/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import dev.embeddingsearch.hybrid.HybridQuery;
import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.vectors.Quantization;
import java.util.List;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/** The ways to search that are compared. */
enum SearchWay {
    /** Words alone. */
    BM25("BM25", 1),
    /** Lucene's own query for the nearest documents, on vectors as Lucene keeps them by default. */
    FLOATS("kNN, Lucene's format", 1),
    /** The same query on our codes, whose scores it leaves. */
    KNN("kNN", 1),
    /** The same documents with exact scores: what a search by vector alone takes. */
    EXACT("kNN, exact scores", 1),
    /** As a search runs it that returns hits and no total. */
    HYBRID("hybrid", 1),
    /** As a search runs it by default. */
    COUNTED("10,000 hits counted", 10_000),
    /** Each match scored, as before an aggregation. */
    COMPLETE("complete", Integer.MAX_VALUE),
    /** Lucene's sum of both, which is no hybrid score: it lacks the vector leg of most lexical matches. */
    SHOULD("bool of both", 1);

    private static final double VECTOR_WEIGHT = 0.67;

    private final String title;
    private final int counted;

    SearchWay(String title, int counted) {
        this.title = title;
        this.counted = counted;
    }

    String title() {
        return title;
    }

    /** How many hits are counted before any is skipped. */
    int counted() {
        return counted;
    }

    /**
     * @param nearest how many documents the vector leg finds, among twice as many candidates, as by default
     */
    Query query(LatencyCorpus.Question question, int nearest, int size) {
        KnnTarget leg = new KnnTarget(LatencyCorpus.VECTOR, question.vector(), VectorSimilarityFunction.DOT_PRODUCT, 0);
        int candidates = Math.max(100, 2 * nearest);
        int rescored = Quantization.forDimensions(question.vector().length).rescored(nearest);
        KnnQuery knn = new KnnQuery(
                leg,
                null,
                new KnnQuery.Options(
                        nearest,
                        candidates,
                        new KnnQuery.Rescoring(rescored, 10_000, 0.995),
                        Double.NEGATIVE_INFINITY,
                        false));
        Query words = either(question.words().stream()
                .map(word -> (Query) new TermQuery(new Term(LatencyCorpus.TEXT, word)))
                .toList());
        HybridQuery hybrid = new HybridQuery(words, knn, leg, VECTOR_WEIGHT);
        Query lucenes = new KnnFloatVectorQuery(LatencyCorpus.VECTOR, question.vector(), candidates);
        return switch (this) {
            case BM25 -> words;
            case FLOATS -> new KnnFloatVectorQuery(LatencyCorpus.FLOATS, question.vector(), candidates);
            case KNN -> lucenes;
            case EXACT -> HybridQuery.vectorOnly(knn, leg);
            case HYBRID, COUNTED -> hybrid.forBest(size);
            case COMPLETE -> hybrid;
            case SHOULD -> either(List.of(words, lucenes));
        };
    }

    private static Query either(List<Query> queries) {
        BooleanQuery.Builder builder = new BooleanQuery.Builder();
        queries.forEach(query -> builder.add(query, Occur.SHOULD));
        return builder.build();
    }
}
