/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.search.Weight;
import org.apache.lucene.search.knn.KnnCollectorManager;

/** The {@code k} documents of a shard nearest to the query's vector, by graph or by an exact scan. */
public final class TopVectorsQuery extends KnnFloatVectorQuery {

    private final VectorLeg leg;
    private final Options options;

    /**
     * How the nearest documents are sought.
     *
     * @param k how many to return at most, at least 1
     * @param numCandidates how many the graph search keeps in view, at least {@code k}
     * @param minSimilarity the lowest raw similarity (cosine, or Lucene's score for other similarities) to return, or
     *     negative infinity
     * @param exact whether to compare with every vector instead of walking the graph
     */
    public record Options(int k, int numCandidates, double minSimilarity, boolean exact) {

        public Options {
            if (k < 1 || numCandidates < k) {
                throw new IllegalArgumentException("expected 1 <= [k] <= [num_candidates], got k [" + k
                        + "] and num_candidates [" + numCandidates + "]");
            }
        }
    }

    /**
     * @param filter which documents may be found, or null for all
     */
    public TopVectorsQuery(VectorLeg leg, Query filter, Options options) {
        super(leg.field(), leg.target(), options.numCandidates(), filter);
        this.leg = leg;
        this.options = options;
    }

    @Override
    public Query rewrite(IndexSearcher searcher) throws IOException {
        return super.rewrite(new SideSearcher(searcher));
    }

    @Override
    protected TopDocs approximateSearch(
            LeafReaderContext context, AcceptDocs acceptDocs, int visitedLimit, KnnCollectorManager manager)
            throws IOException {
        // Highlighters rewrite queries on readers of a single text, which know neither vectors nor their field.
        if (context.reader().getFloatVectorValues(field) == null) {
            return new TopDocs(new TotalHits(0, TotalHits.Relation.EQUAL_TO), new ScoreDoc[0]);
        }
        return options.exact()
                ? exactSearch(context, acceptDocs.iterator(), null)
                : super.approximateSearch(context, acceptDocs, visitedLimit, manager);
    }

    @Override
    protected TopDocs mergeLeafResults(TopDocs[] perLeafResults) {
        TopDocs top = TopDocs.merge(options.k(), perLeafResults);
        ScoreDoc[] similar = Arrays.stream(top.scoreDocs)
                .filter(hit -> rawSimilarity(hit.score) >= options.minSimilarity())
                .toArray(ScoreDoc[]::new);
        return new TopDocs(top.totalHits, similar);
    }

    /**
     * What is known of the documents that were not found.
     *
     * @param found what this query was rewritten to for {@code searcher}
     */
    OutsideBound outside(Query found, IndexSearcher searcher) throws IOException {
        Weight weight = found.createWeight(new SideSearcher(searcher), ScoreMode.COMPLETE, 1);
        int count = 0;
        double least = Double.POSITIVE_INFINITY;
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            Scorer scorer = weight.scorer(leaf);
            while (scorer != null && scorer.iterator().nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                least = Math.min(least, rawSimilarity(scorer.score()));
                count++;
            }
        }
        if (options.exact()) {
            return OutsideBound.exact(count < options.k() ? options.minSimilarity() : least);
        }
        return count < options.k() ? OutsideBound.UNKNOWN : OutsideBound.approximate(least);
    }

    private double rawSimilarity(double luceneScore) {
        return leg.similarity() == VectorSimilarityFunction.DOT_PRODUCT ? 2 * luceneScore - 1 : luceneScore;
    }

    @Override
    public String toString(String field) {
        return "TopVectorsQuery:" + leg + "[" + options + "]" + (filter == null ? "" : "[" + filter + "]");
    }

    @Override
    public boolean equals(Object other) {
        return super.equals(other)
                && leg.equals(((TopVectorsQuery) other).leg)
                && options.equals(((TopVectorsQuery) other).options);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), leg, options);
    }
}
