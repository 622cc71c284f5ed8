/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import java.io.IOException;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;

/**
 * The search around a query. It is consulted when the query's kNN search starts and not before, since until then other
 * plugins may wrap filters around the search.
 */
public interface SearchScope {

    /** The scope of a query that is used by itself. */
    SearchScope NONE = searcher -> Restriction.NONE;

    /**
     * The documents that the search may find.
     *
     * @param filter a query that matches them; null for all documents
     * @param confidential whether not even statistics may depend on the other documents
     */
    record Restriction(Query filter, boolean confidential) {

        public static final Restriction NONE = new Restriction(null, false);
    }

    /** The documents that the search on {@code searcher} may find. */
    Restriction restriction(IndexSearcher searcher) throws IOException;

    /** Called whenever a query of this scope is rewritten. */
    default void rewriting() {}

    /** Whether {@code searcher} uses only which documents and terms match, as highlighters do. */
    default boolean asksForMatches(IndexSearcher searcher) {
        return false;
    }

    /** Whether the weights that {@code searcher} makes are profiled; one thread a segment may use such a weight. */
    default boolean isProfiled(IndexSearcher searcher) {
        return false;
    }

    /** How many of the best hits are all that the search uses of this query; 0 where it uses more. */
    default int bestHits() {
        return 0;
    }
}
