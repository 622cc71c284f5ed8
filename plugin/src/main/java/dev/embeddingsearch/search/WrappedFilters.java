/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.search.Query;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.search.internal.ReaderContext;

/**
 * The filters around the latest searches that used a shard's reader, kept for their fetch phases, around which nothing is
 * wrapped. A reader of a point in time serves many searches, of several users; any other reader serves one.
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

    /** The filters of a reader; null if no search with several phases uses it. */
    static WrappedFilters in(ReaderContext reader) {
        return reader == null ? null : reader.getFromContext(KEY);
    }

    synchronized void keep(TaskId search, List<Query> filters) {
        bySearch.put(search, filters);
    }

    /** The filters of a search; null if unknown, or no longer known. */
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
