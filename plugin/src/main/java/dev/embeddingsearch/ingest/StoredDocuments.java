/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import static java.util.stream.Collectors.toMap;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.action.get.MultiGetItemResponse;
import org.opensearch.action.get.MultiGetRequest;
import org.opensearch.action.get.MultiGetResponse;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.action.support.ThreadedActionListener;
import org.opensearch.cluster.metadata.IndexAbstraction;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.IndexNotFoundException;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;

/**
 * Fetches the stored documents under the ids of documents in ingest. It reads as the plugin, not as the caller, whose right to
 * write {@link WriteAccess} has checked. So a caller needs no right to read, and field-level security cannot hide a part of the
 * text. Nothing of what is read is returned to the caller.
 */
final class StoredDocuments {

    private static final Logger logger = LogManager.getLogger(StoredDocuments.class);

    private final Client client;
    private final ClusterService clusterService;

    StoredDocuments(Client client, ClusterService clusterService) {
        this.client = client;
        this.clusterService = clusterService;
    }

    /**
     * Fetches {@code documents}.
     *
     * @param found called once, in the caller's thread context, with the stored document or the failure for each; it must not
     *     throw
     */
    @SuppressWarnings("try") // the stored context restores the caller's when closed
    void fetch(List<MultiGetRequest.Item> documents, Consumer<Map<DocumentKey, Stored>> found) {
        if (documents.isEmpty()) {
            found.accept(Map.of());
            return;
        }
        MultiGetRequest request = new MultiGetRequest();
        documents.forEach(document -> request.add(atWriteIndex(document)));
        ActionListener<MultiGetResponse> listener = ActionListener.notifyOnce(ActionListener.wrap(
                response -> found.accept(found(documents, response)), e -> {
                    Stored unknown = new Stored(null, e);
                    found.accept(
                            documents.stream().collect(toMap(DocumentKey::of, item -> unknown, (same, one) -> one)));
                }));
        ThreadContext threadContext = client.threadPool().getThreadContext();
        ActionListener<MultiGetResponse> inCallersContext =
                ContextPreservingActionListener.wrapPreservingContext(offNetwork(listener), threadContext);
        try (ThreadContext.StoredContext caller = threadContext.stashContext()) {
            client.multiGet(request, inCallersContext);
        } catch (RuntimeException e) {
            inCallersContext.onFailure(e);
        }
    }

    /** The same document in the write index: a document cannot be read through an alias of several indices. */
    private MultiGetRequest.Item atWriteIndex(MultiGetRequest.Item document) {
        IndexAbstraction named =
                clusterService.state().metadata().getIndicesLookup().get(document.index());
        boolean several = named != null
                && named.getType() == IndexAbstraction.Type.ALIAS
                && named.getIndices().size() > 1;
        if (!several || named.getWriteIndex() == null) {
            return document;
        }
        String aliasRouting =
                named.getWriteIndex().getAliases().get(document.index()).indexRouting();
        return new MultiGetRequest.Item(named.getWriteIndex().getIndex().getName(), document.id())
                .routing(document.routing() == null ? aliasRouting : document.routing());
    }

    /** Moves the response off network threads, which must not parse documents. */
    private <T> ActionListener<T> offNetwork(ActionListener<T> listener) {
        return new ThreadedActionListener<>(logger, client.threadPool(), ThreadPool.Names.WRITE, listener, true);
    }

    private static Map<DocumentKey, Stored> found(List<MultiGetRequest.Item> documents, MultiGetResponse response) {
        Map<DocumentKey, Stored> found = new HashMap<>();
        MultiGetItemResponse[] items = response.getResponses();
        for (int i = 0; i < items.length; i++) {
            found.put(DocumentKey.of(documents.get(i)), stored(items[i]));
        }
        return found;
    }

    private static Stored stored(MultiGetItemResponse item) {
        if (item.isFailed()) {
            Exception failure = item.getFailure().getFailure();
            return failure instanceof IndexNotFoundException ? Stored.NONE : new Stored(null, failure);
        }
        return item.getResponse().isSourceEmpty()
                ? Stored.NONE
                : new Stored(item.getResponse().getSourceAsMap(), null);
    }

    /**
     * The stored document under an id.
     *
     * @param source the document; null if there is none
     * @param failure why it could not be read, or null
     */
    record Stored(Map<String, Object> source, Exception failure) {
        static final Stored NONE = new Stored(null, null);

        /** Without the document. */
        @Override
        public String toString() {
            return "Stored[found=" + (source != null) + ", failure=" + failure + "]";
        }
    }

    /** The key of a document. */
    record DocumentKey(String index, String id) {
        static DocumentKey of(MultiGetRequest.Item item) {
            return new DocumentKey(item.index(), item.id());
        }
    }
}
