/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.search.Query;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.search.internal.ReaderContext;

/**
 * What was wrapped around the queries of the latest searches that used a shard's reader, for their fetch phases, which
 * come without. A point in time has many searches, of several users; everything else one.
 */
final class WrappedFilters {

    private static final String KEY = "embedding_wrapped_filters";
    private static final int MAX_SEARCHES = 256;

    private final Map<TaskId, List<Query>> bySearch = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<TaskId, List<Query>> eldest) {
            return size() > MAX_SEARCHES;
        }
    };
    private boolean rulesInQuery;

    /** Prepares a reader before any search uses it. */
    static void addTo(ReaderContext reader) {
        reader.putInContext(KEY, new WrappedFilters());
    }

    /** Those of a reader; null where no search of several phases uses it. */
    static WrappedFilters in(ReaderContext reader) {
        return reader == null ? null : reader.getFromContext(KEY);
    }

    synchronized void keep(TaskId search, List<Query> filters) {
        bySearch.put(search, filters);
    }

    /** Null where they are not known, or no longer. */
    synchronized List<Query> get(TaskId search) {
        return bySearch.get(search);
    }

    synchronized void rulesInQuery() {
        rulesInQuery = true;
    }

    synchronized boolean hasRulesInQuery() {
        return rulesInQuery;
    }
}
