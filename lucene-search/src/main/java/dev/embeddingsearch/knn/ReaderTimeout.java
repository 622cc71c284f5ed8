/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.index.Terms;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.AlreadyClosedException;

/**
 * The timeout of work that a search does on the side: whether that search has been cancelled or has run out of time.
 *
 * <p>A searcher may have a timeout, and its reader may throw when postings or points are opened too late (Lucene's and
 * OpenSearch's {@code ExitableDirectoryReader}). Such a reader does not check while vectors are read. Therefore this opens
 * postings or points every now and then. Their exception is not passed on: the work ends early, and the search fails at its
 * own next check, which decides between an error and the hits found so far.
 */
final class ReaderTimeout implements QueryTimeout {

    private static final int CALLS_PER_CHECK = 32;

    private final IndexSearcher searcher;
    private final LeafReader watched;
    private final String points;
    private final String terms;
    private volatile boolean exit;
    private int calls; // not synchronized: a lost update only delays a check

    ReaderTimeout(IndexSearcher searcher) {
        this.searcher = searcher;
        LeafReader reader = null;
        String withPoints = null;
        String withTerms = null;
        for (LeafReaderContext leaf :
                searcher.getLeafContexts().stream().limit(1).toList()) {
            reader = leaf.reader();
            for (FieldInfo field : reader.getFieldInfos()) {
                withPoints = field.getPointDimensionCount() > 0 ? field.name : withPoints;
                withTerms = field.getIndexOptions() != IndexOptions.NONE ? field.name : withTerms;
            }
        }
        this.watched = reader;
        this.points = withPoints;
        this.terms = withTerms;
    }

    @Override
    public boolean shouldExit() {
        if (!exit && calls++ % CALLS_PER_CHECK == 0) {
            exit = isOver();
        }
        return exit;
    }

    private boolean isOver() {
        if (searcher.getTimeout() != null && searcher.getTimeout().shouldExit()) {
            return true;
        }
        try {
            open();
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (AlreadyClosedException e) {
            throw e;
        } catch (RuntimeException e) {
            return true; // OpenSearch and Lucene each have exceptions of their own for it
        }
    }

    private void open() throws IOException {
        if (points != null) {
            watched.getPointValues(points);
        } else if (terms != null) {
            Terms opened = watched.terms(terms);
            if (opened != null) {
                opened.iterator();
            }
        }
    }
}
