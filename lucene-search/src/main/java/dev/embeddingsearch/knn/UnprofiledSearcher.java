/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import java.io.IOException;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.CollectionStatistics;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TaskExecutor;
import org.apache.lucene.search.TermStatistics;

/**
 * A searcher for what a query searches on the side. It has the reader, statistics, cache, threads and {@link ReaderTimeout
 * timeout} of the main searcher, but not its profiler, which would report such weights as parts of the query and wait for
 * their scorers.
 */
public final class UnprofiledSearcher extends IndexSearcher {

    private final IndexSearcher main;

    public UnprofiledSearcher(IndexSearcher main) {
        super(main.getTopReaderContext());
        this.main = main;
        setSimilarity(main.getSimilarity());
        setQueryCache(main.getQueryCache());
        setQueryCachingPolicy(main.getQueryCachingPolicy());
        setTimeout(new ReaderTimeout(main));
    }

    @Override
    public TaskExecutor getTaskExecutor() {
        return main.getTaskExecutor();
    }

    @Override
    public TermStatistics termStatistics(Term term, int docFreq, long totalTermFreq) throws IOException {
        return main.termStatistics(term, docFreq, totalTermFreq);
    }

    @Override
    public CollectionStatistics collectionStatistics(String field) throws IOException {
        return main.collectionStatistics(field);
    }
}
