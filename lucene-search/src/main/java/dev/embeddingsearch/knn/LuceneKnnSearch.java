/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import dev.embeddingsearch.vectors.flat.VisibleVectors;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.search.knn.KnnCollectorManager;

/**
 * One run of Lucene's search of a shard for the nearest documents, whose result is kept instead of being a query.
 *
 * <p>Documents that a filter leaves are scanned where a walk through the graph would look at as many; they are compared
 * exactly where they are no more than the candidates.
 */
final class LuceneKnnSearch extends KnnFloatVectorQuery {

    private final KnnQuery.Options options;
    private final QueryTimeout timeout;
    private final ExactScan exactScan;

    private ScoreDoc[] candidates = new ScoreDoc[0];
    private long visited;
    /** Several segments may be searched at a time. */
    private volatile boolean quantizedScan;

    private LuceneKnnSearch(KnnTarget target, Query filter, KnnQuery.Options options, QueryTimeout timeout) {
        super(target.field(), target.vector(), options.numCandidates(), filter);
        this.options = options;
        this.timeout = timeout;
        this.exactScan = new ExactScan(target);
    }

    /**
     * Runs the search.
     *
     * @param filter which documents may be found, or null for all
     */
    static LuceneKnnSearch run(KnnTarget target, Query filter, KnnQuery.Options options, IndexSearcher searcher)
            throws IOException {
        LuceneKnnSearch search = new LuceneKnnSearch(target, filter, options, searcher.getTimeout());
        search.rewrite(searcher);
        return search;
    }

    /** The candidates, the nearest first. */
    ScoreDoc[] candidates() {
        return candidates;
    }

    /**
     * The candidates whose exact scores decide which are the nearest: all of them where vectors are exact, or where a filter
     * left so few documents that their quantized vectors hardly distinguish them.
     */
    ScoreDoc[] compared(boolean estimated) {
        return estimated && !quantizedScan && options.rescored() < candidates.length
                ? Arrays.copyOf(candidates, options.rescored())
                : candidates;
    }

    /** How many vectors were visited. */
    long visited() {
        return visited;
    }

    @Override
    protected TopDocs approximateSearch(
            LeafReaderContext context, AcceptDocs acceptDocs, int visitedLimit, KnnCollectorManager manager)
            throws IOException {
        FloatVectorValues values = VisibleVectors.of(context.reader(), getField());
        if (values == null) {
            return new TopDocs(new TotalHits(0, TotalHits.Relation.EQUAL_TO), new ScoreDoc[0]);
        }
        int accepted = Math.min(acceptDocs.cost(), values.size());
        return options.exact() || !hasGraph(context.reader()) || scanIsShorter(accepted, values.size())
                ? exactSearch(context, acceptDocs.iterator(), timeout)
                : super.approximateSearch(context, acceptDocs, visitedLimit, manager);
    }

    /** Only segments may have one: the reader of a document that is percolated has vectors, and no search among them. */
    private static boolean hasGraph(LeafReader reader) {
        return FilterLeafReader.unwrap(reader) instanceof CodecReader;
    }

    /**
     * Whether scanning what a filter leaves costs no more than a walk: to find so many candidates a walk looks at about
     * {@code candidates * ln(vectors)} of all vectors, and at more by as much as the filter leaves fewer.
     */
    private boolean scanIsShorter(int accepted, int vectors) {
        return accepted < vectors
                && (double) accepted * accepted <= options.numCandidates() * Math.log(vectors) * vectors;
    }

    /** Is called for whatever shall be scanned, by Lucene too where a filter leaves little or a walk takes too long. */
    @Override
    protected TopDocs exactSearch(LeafReaderContext context, DocIdSetIterator accepted, QueryTimeout timeout)
            throws IOException {
        if (options.exact() || !hasGraph(context.reader()) || accepted.cost() <= options.numCandidates()) {
            return exactScan.nearest(context, accepted, options.numCandidates(), timeout);
        }
        quantizedScan = true;
        return super.exactSearch(context, accepted, timeout);
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
        candidates = top.scoreDocs;
        return new TopDocs(
                new TotalHits(visited, top.totalHits.relation()), candidates.clone()); // sorted by whoever gets it
    }
}
