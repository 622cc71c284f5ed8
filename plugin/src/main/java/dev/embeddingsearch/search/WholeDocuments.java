/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.reindex.AbstractBulkByScrollRequest;
import org.opensearch.index.reindex.ReindexRequest;
import org.opensearch.search.builder.SearchSourceBuilder;

/**
 * Makes the searches of {@code _reindex} and {@code _update_by_query} return whole documents, which they write again. Without
 * it, {@link HitsWithoutVectors} would remove the vectors. Requests to a remote cluster are left alone: OpenSearch asks for
 * the whole {@code _source} there.
 */
public final class WholeDocuments extends ActionFilter.Simple {

    @Override
    public int order() {
        return 0;
    }

    @Override
    protected boolean apply(String action, ActionRequest request, ActionListener<?> listener) {
        if (request instanceof AbstractBulkByScrollRequest<?> rewriting && !isRemote(rewriting)) {
            SearchSourceBuilder search = rewriting.getSearchRequest().source();
            if (search.fetchSource() == null) {
                search.fetchSource(true);
            }
        }
        return true;
    }

    private static boolean isRemote(AbstractBulkByScrollRequest<?> request) {
        return request instanceof ReindexRequest reindex && reindex.getRemoteInfo() != null;
    }
}
