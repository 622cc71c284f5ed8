/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.QueryVisitor;
import org.opensearch.search.approximate.ApproximateQuery;
import org.opensearch.search.approximate.ApproximateScoreQuery;
import org.opensearch.search.internal.ContextIndexSearcher;
import org.opensearch.search.internal.SearchContext;

/**
 * Finds the {@link SearchContext} of a searcher, for which there is no getter. A searcher passes its context to each
 * approximate query that it rewrites, and asks whether the query can be approximated. This query keeps the context and
 * declines.
 */
final class ContextProbe extends ApproximateQuery {

    private SearchContext found;

    private ContextProbe() {}

    static SearchContext contextOf(ContextIndexSearcher searcher) {
        ContextProbe probe = new ContextProbe();
        try {
            searcher.rewrite(new ApproximateScoreQuery(MatchAllDocsQuery.INSTANCE, probe));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (probe.found == null) {
            throw new IllegalStateException("this OpenSearch does not say which search [" + searcher + "] belongs to");
        }
        return probe.found;
    }

    @Override
    protected boolean canApproximate(SearchContext context) {
        found = context;
        return false;
    }

    @Override
    public void visit(QueryVisitor visitor) {}

    @Override
    public String toString(String field) {
        return "ContextProbe";
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
