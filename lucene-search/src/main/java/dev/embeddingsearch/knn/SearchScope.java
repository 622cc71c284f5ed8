/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import java.io.IOException;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;

/**
 * What surrounds a query in the search that it is part of. It is asked when the query's kNN search starts, not before:
 * until then others may wrap filters around the search.
 */
public interface SearchScope {

    /** Of a query that nothing surrounds. */
    SearchScope NONE = searcher -> Restriction.NONE;

    /**
     * Which documents the search may find at all.
     *
     * @param filter what they match; null for all
     * @param confidential whether nothing may be told of the others, be it by statistics
     */
    record Restriction(Query filter, boolean confidential) {

        public static final Restriction NONE = new Restriction(null, false);
    }

    /** Which documents the search on {@code searcher} may find at all. */
    Restriction restriction(IndexSearcher searcher) throws IOException;

    /** Is called whenever a query of this scope is rewritten. */
    default void rewriting() {}

    /** Whether {@code searcher} asks for nothing but which documents and words match. */
    default boolean asksForMatches(IndexSearcher searcher) {
        return false;
    }

    /** Whether somebody measures the weights that {@code searcher} makes; such weights are for one thread a segment. */
    default boolean isProfiled(IndexSearcher searcher) {
        return false;
    }

    /** How many best hits are all that the search uses of this query; 0 where it uses more. */
    default int bestHits() {
        return 0;
    }
}
