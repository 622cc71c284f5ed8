/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import org.opensearch.index.shard.SearchOperationListener;
import org.opensearch.search.internal.ReaderContext;
import org.opensearch.search.internal.SearchContext;

/** Keeps the filters of a search's query phase for its fetch phase. */
public final class ShardSearchPhases implements SearchOperationListener {

    @Override
    public void onNewReaderContext(ReaderContext reader) {
        WrappedFilters.addTo(reader);
    }

    @Override
    public void onQueryPhase(SearchContext context, long tookInNanos) {
        ShardSearch.queried(context);
    }
}
