/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import java.util.List;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.action.support.ActionFilterChain;
import org.opensearch.action.support.ActionRequestMetadata;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.tasks.CancellableTask;
import org.opensearch.tasks.Task;

/** Puts the task of a search into the thread context, since a query's rewrite has no other access to the task. */
public final class SearchTasks implements ActionFilter {

    private static final String KEY = "embedding.search_task";

    private final ThreadContext threadContext;

    public SearchTasks(ThreadContext threadContext) {
        this.threadContext = threadContext;
    }

    /** The task of the search that this thread works for; null if there is none. */
    static CancellableTask current(ThreadContext threadContext) {
        return threadContext.getTransient(KEY);
    }

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
        if (request instanceof SearchRequest && task instanceof CancellableTask) {
            try (ThreadContext.StoredContext ignored = threadContext.newStoredContext(true, List.of(KEY))) {
                threadContext.putTransient(KEY, task);
                chain.proceed(task, action, request, listener);
            }
        } else {
            chain.proceed(task, action, request, listener);
        }
    }
}
