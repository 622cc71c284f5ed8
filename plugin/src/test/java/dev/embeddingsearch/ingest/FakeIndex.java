/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionType;
import org.opensearch.action.get.GetResponse;
import org.opensearch.action.get.MultiGetItemResponse;
import org.opensearch.action.get.MultiGetRequest;
import org.opensearch.action.get.MultiGetResponse;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.index.IndexNotFoundException;
import org.opensearch.index.get.GetResult;
import org.opensearch.index.seqno.SequenceNumbers;
import org.opensearch.test.client.NoOpClient;
import org.opensearch.threadpool.ThreadPool;

/** A client that answers {@code _mget} from documents put here, and takes note of each request. */
final class FakeIndex extends NoOpClient {

    final Map<String, String> documents = new HashMap<>();
    final List<MultiGetRequest> requests = Collections.synchronizedList(new ArrayList<>());
    volatile RuntimeException failure;
    volatile RuntimeException itemFailure;
    volatile boolean missing;
    volatile Executor executor = Runnable::run;

    FakeIndex(ThreadPool threadPool) {
        super(threadPool);
    }

    @Override
    @SuppressWarnings("unchecked")
    protected <Request extends ActionRequest, Response extends ActionResponse> void doExecute(
            ActionType<Response> action, Request request, ActionListener<Response> listener) {
        MultiGetRequest get = (MultiGetRequest) request;
        requests.add(get);
        executor.execute(() -> {
            if (failure != null) {
                listener.onFailure(failure);
            } else {
                MultiGetItemResponse[] items =
                        get.getItems().stream().map(this::answer).toArray(MultiGetItemResponse[]::new);
                listener.onResponse((Response) new MultiGetResponse(items));
            }
        });
    }

    private MultiGetItemResponse answer(MultiGetRequest.Item item) {
        RuntimeException reason = missing ? new IndexNotFoundException(item.index()) : itemFailure;
        if (reason != null) {
            return new MultiGetItemResponse(null, new MultiGetResponse.Failure(item.index(), item.id(), reason));
        }
        String source = documents.get(item.id());
        BytesArray bytes = source == null ? null : new BytesArray(source);
        GetResult result = new GetResult(
                item.index(),
                item.id(),
                source == null ? SequenceNumbers.UNASSIGNED_SEQ_NO : 0,
                source == null ? SequenceNumbers.UNASSIGNED_PRIMARY_TERM : 1,
                source == null ? -1 : 1,
                source != null,
                bytes,
                Map.of(),
                Map.of());
        return new MultiGetItemResponse(new GetResponse(result), null);
    }
}
