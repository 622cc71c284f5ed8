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
 * Makes the searches of {@code _reindex} and {@code _update_by_query} return whole documents, which they write again. Without
 * it, {@link HitsWithoutVectors} would remove the vectors. Requests to a remote cluster are left alone: OpenSearch asks for
 * the whole {@code _source} there.
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
