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
    private ScoreDoc[] seen = new ScoreDoc[0];
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
        ScoreDoc[] found = Arrays.stream(seen)
                .limit(options.k())
                .filter(hit -> rawSimilarity(hit.score) >= options.minSimilarity())
                .toArray(ScoreDoc[]::new);
        if (complete == false) {
            return new Nearest(found, OutsideBound.UNKNOWN, Nearest.Further.UNKNOWN, visited, false);
        }
        ScoreDoc[] others = Arrays.copyOfRange(seen, found.length, seen.length);
        Nearest.Further further =
                new Nearest.Further(others, outside(seen, options.numCandidates(), Double.NEGATIVE_INFINITY));
        return new Nearest(found, outside(found, options.k(), options.minSimilarity()), further, visited, true);
    }

    /** How similar what lies behind {@code hits} is at most, if at most {@code wanted} were asked for, {@code least} similar. */
    private OutsideBound outside(ScoreDoc[] hits, int wanted, double least) {
        boolean full = hits.length == wanted;
        if (options.exact()) {
            return OutsideBound.exact(full ? rawSimilarity(hits[hits.length - 1].score) : least);
        }
        return full ? OutsideBound.approximate(rawSimilarity(hits[hits.length - 1].score)) : OutsideBound.UNKNOWN;
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
        TopDocs top = TopDocs.merge(options.numCandidates(), perLeafResults);
        visited = Math.max(
                visited,
                Arrays.stream(perLeafResults)
                        .mapToLong(leafTop -> leafTop.totalHits.value())
                        .sum());
        seen = top.scoreDocs;
        return new TopDocs(new TotalHits(visited, top.totalHits.relation()), seen.clone()); // sorted by whoever gets it
    }

    private double rawSimilarity(double luceneScore) {
        return leg.similarity() == VectorSimilarityFunction.DOT_PRODUCT ? 2 * luceneScore - 1 : luceneScore;
    }
}
