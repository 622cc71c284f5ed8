/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.action.support.ActionFilterChain;
import org.opensearch.action.support.ActionRequestMetadata;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.index.reindex.AbstractBulkByScrollRequest;
import org.opensearch.index.reindex.ReindexRequest;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.tasks.Task;

/**
 * Has {@code _reindex} and {@code _update_by_query}, which write again what they find by a search, search for whole
 * documents: without it {@link HitsWithoutVectors} would lose the vectors. Another cluster is asked for them anyway, in
 * the words of its version.
 */
public final class WholeDocuments implements ActionFilter {

    @Override
    public int order() {
        return 0;
    }

    @Override
    public <Request extends ActionRequest, Response extends ActionResponse> void apply(
            Task task,
            String action,
            Request request,
            ActionRequestMetadata<Request, Response> metadata,
            ActionListener<Response> listener,
            ActionFilterChain<Request, Response> chain) {
        if (request instanceof AbstractBulkByScrollRequest<?> rewriting && !isRemote(rewriting)) {
            SearchSourceBuilder search = rewriting.getSearchRequest().source();
            if (search.fetchSource() == null) {
                search.fetchSource(true);
            }
        }
        chain.proceed(task, action, request, listener);
    }

    private static boolean isRemote(AbstractBulkByScrollRequest<?> request) {
        return request instanceof ReindexRequest reindex && reindex.getRemoteInfo() != null;
    }
}
