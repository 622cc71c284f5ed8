/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import dev.embeddingsearch.vectors.flat.VisibleVectors;
import java.io.IOException;
import java.util.Arrays;
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
 * Lucene's own kNN search of a shard, whose result is kept where Lucene would make a query of it.
 *
 * <p>The documents that pass a filter are scanned where a search of the graph would visit as many. They are compared exactly
 * where they are no more than the candidates.
 */
final class LuceneKnnSearch extends KnnFloatVectorQuery {

    private final KnnQuery.Options options;
    private final QueryTimeout timeout;
    private final ExactScan exactScan;

    private ScoreDoc[] candidates = new ScoreDoc[0];
    private long visited;
    /** Volatile: several segments may be searched at a time. */
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
     * How many of the candidates to compare exactly at first: all of them where a filter left so few documents that their
     * quantized vectors hardly distinguish them.
     */
    int rescored() {
        return quantizedScan ? candidates.length : Math.min(options.rescoring().first(), candidates.length);
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

    /** Whether the reader is a segment. The reader of a percolated document has vectors, but no kNN search. */
    private static boolean hasGraph(LeafReader reader) {
        return FilterLeafReader.unwrap(reader) instanceof CodecReader;
    }

    /**
     * Whether scanning the documents that pass a filter costs no more than a search of the graph. Such a search visits about
     * {@code candidates * ln(vectors)} vectors without a filter, and inversely proportionally more with one.
     */
    private boolean scanIsShorter(int accepted, int vectors) {
        return accepted < vectors
                && (double) accepted * accepted <= options.numCandidates() * Math.log(vectors) * vectors;
    }

    /** Called for each scan; by Lucene, too, where a filter passes few documents or a search of the graph takes too long. */
    @Override
    protected TopDocs exactSearch(LeafReaderContext context, DocIdSetIterator accepted, QueryTimeout timeout)
            throws IOException {
        if (options.exact() || !hasGraph(context.reader()) || accepted.cost() <= options.numCandidates()) {
            return exactScan.nearest(context, accepted, options.numCandidates(), timeout);
        }
        quantizedScan = true;
        return super.exactSearch(context, accepted, timeout);
    }

    /** Called a second time where Lucene searches some segments for more documents. */
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
                new TotalHits(visited, top.totalHits.relation()), candidates.clone()); // the caller sorts it in place
    }
}
