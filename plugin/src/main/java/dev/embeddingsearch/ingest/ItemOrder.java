/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import org.opensearch.action.DocWriteResponse;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkItemResponse.Failure.FailureSource;
import org.opensearch.action.bulk.BulkResponse;
import org.opensearch.cluster.metadata.IndexMetadata;

/**
 * Puts the items of a bulk response into the order of its requests, by which clients identify them. OpenSearch 3.6 keeps the
 * order of items that reach a shard. Items that pipelines fail or drop are filled in between in the order of their failures,
 * which is arbitrary for asynchronous processors with several batches.
 */
final class ItemOrder {

    private ItemOrder() {}

    static BulkResponse restored(BulkResponse response) {
        BulkItemResponse[] items = response.getItems().clone();
        for (BulkItemResponse item : response.getItems()) {
            if (isOfPipeline(item) && item.getItemId() < items.length) {
                items[item.getItemId()] = item;
            }
        }
        return new BulkResponse(items, response.getTook().millis(), response.getIngestTookInMillis());
    }

    /** Whether a pipeline has failed or dropped the item. Its id is then its slot in the request; other ids are not. */
    private static boolean isOfPipeline(BulkItemResponse item) {
        if (item.isFailed()) {
            return item.getFailure().getSource() == FailureSource.PIPELINE;
        }
        DocWriteResponse written = item.getResponse();
        return written != null
                && IndexMetadata.INDEX_UUID_NA_VALUE.equals(
                        written.getShardId().getIndex().getUUID());
    }
}
