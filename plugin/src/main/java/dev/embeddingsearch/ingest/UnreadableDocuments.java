/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.DocWriteResponse;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.bulk.BulkResponse;

/**
 * The documents of a bulk request that cannot be parsed. OpenSearch parses all documents of a pipeline together, and one that
 * cannot be parsed fails them all. Therefore the request continues without such documents, and their failures are added to the
 * response.
 */
final class UnreadableDocuments {

    private final BulkRequest whole;
    private final Map<Integer, Exception> reasons;

    private UnreadableDocuments(BulkRequest whole, Map<Integer, Exception> reasons) {
        this.whole = whole;
        this.reasons = reasons;
    }

    /**
     * Finds the documents of a request that cannot be parsed.
     *
     * @param embedding whether an index, alias or data stream has {@code embedding} fields
     */
    static UnreadableDocuments in(BulkRequest bulk, Predicate<String> embedding) {
        Map<Integer, Exception> reasons = new TreeMap<>();
        List<DocWriteRequest<?>> requests = bulk.requests();
        for (int slot = 0; slot < requests.size(); slot++) {
            if (embedding.test(requests.get(slot).index())) {
                try {
                    WrittenPart.of(requests.get(slot))
                            .forEach(part -> part.document().sourceAsMap());
                } catch (RuntimeException e) {
                    reasons.put(slot, e);
                }
            }
        }
        return new UnreadableDocuments(bulk, reasons);
    }

    boolean isEmpty() {
        return reasons.isEmpty();
    }

    /** The request without these documents. */
    BulkRequest rest() {
        BulkRequest rest = new BulkRequest();
        rest.setRefreshPolicy(whole.getRefreshPolicy());
        rest.waitForActiveShards(whole.waitForActiveShards());
        rest.timeout(whole.timeout());
        rest.setParentTask(whole.getParentTask());
        for (int slot = 0; slot < whole.requests().size(); slot++) {
            if (!reasons.containsKey(slot)) {
                rest.add(whole.requests().get(slot));
            }
        }
        return rest;
    }

    /**
     * The response to the whole request.
     *
     * @param rest the response to {@link #rest}; null if that is empty
     */
    BulkResponse answer(BulkResponse rest) {
        List<BulkItemResponse> items = new ArrayList<>();
        int answered = 0;
        for (int slot = 0; slot < whole.requests().size(); slot++) {
            DocWriteRequest<?> request = whole.requests().get(slot);
            Exception reason = reasons.get(slot);
            if (reason != null) {
                items.add(AbandonableBulk.failed(slot, request, reason));
            } else {
                items.add(moved(rest.getItems()[answered++], slot));
            }
        }
        BulkItemResponse[] all = items.toArray(BulkItemResponse[]::new);
        return rest == null
                ? new BulkResponse(all, 0)
                : new BulkResponse(all, rest.getTook().millis(), rest.getIngestTookInMillis());
    }

    private static BulkItemResponse moved(BulkItemResponse item, int slot) {
        return item.isFailed()
                ? new BulkItemResponse(slot, item.getOpType(), item.getFailure())
                : new BulkItemResponse(slot, item.getOpType(), item.<DocWriteResponse>getResponse());
    }
}
