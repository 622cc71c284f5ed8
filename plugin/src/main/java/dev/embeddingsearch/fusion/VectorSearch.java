/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.search.knn.KnnCollectorManager;

/** One run of a {@link TopVectorsQuery} over a shard: Lucene's search, whose result is kept instead of being a query. */
final class VectorSearch extends KnnFloatVectorQuery {

    private final VectorLeg leg;
    private final TopVectorsQuery.Options options;
    private final SideSearcher searcher;
    private ScoreDoc[] found = new ScoreDoc[0];
    private long visited;

    VectorSearch(VectorLeg leg, Query filter, TopVectorsQuery.Options options, IndexSearcher searcher) {
        super(leg.field(), leg.target(), options.numCandidates(), filter);
        this.leg = leg;
        this.options = options;
        this.searcher = new SideSearcher(searcher);
    }

    Nearest run() throws IOException {
        rewrite(searcher);
        boolean complete = searcher.getTimeout().shouldExit() == false;
        return new Nearest(found, complete ? outside() : OutsideBound.UNKNOWN, visited, complete);
    }

    private OutsideBound outside() {
        boolean full = found.length == options.k();
        if (options.exact()) {
            return OutsideBound.exact(full ? rawSimilarity(found[found.length - 1].score) : options.minSimilarity());
        }
        return full ? OutsideBound.approximate(rawSimilarity(found[found.length - 1].score)) : OutsideBound.UNKNOWN;
    }

    @Override
    protected TopDocs approximateSearch(
            LeafReaderContext context, AcceptDocs acceptDocs, int visitedLimit, KnnCollectorManager manager)
            throws IOException {
        return options.exact()
                ? exactSearch(context, acceptDocs.iterator(), searcher.getTimeout())
                : super.approximateSearch(context, acceptDocs, visitedLimit, manager);
    }

    /** Is called a second time if some segments are searched more deeply. */
    @Override
    protected TopDocs mergeLeafResults(TopDocs[] perLeafResults) {
        TopDocs top = TopDocs.merge(options.k(), perLeafResults);
        visited = Math.max(
                visited,
                Arrays.stream(perLeafResults)
                        .mapToLong(leafTop -> leafTop.totalHits.value())
                        .sum());
        found = Arrays.stream(top.scoreDocs)
                .filter(hit -> rawSimilarity(hit.score) >= options.minSimilarity())
                .toArray(ScoreDoc[]::new);
        return new TopDocs(
                new TotalHits(visited, top.totalHits.relation()), found.clone()); // sorted by whoever gets it
    }

    private double rawSimilarity(double luceneScore) {
        return leg.similarity() == VectorSimilarityFunction.DOT_PRODUCT ? 2 * luceneScore - 1 : luceneScore;
    }
}
