/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import org.opensearch.action.DocWriteResponse;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkItemResponse.Failure.FailureSource;
import org.opensearch.action.bulk.BulkResponse;
import org.opensearch.cluster.metadata.IndexMetadata;

/**
 * Puts the items of a bulk response in the order of its requests, by which clients know them. OpenSearch 3.6 keeps that
 * order for what reaches a shard, but gives the places between to what its pipelines fail or drop in the order in which
 * they do so; asynchronous ones, in several batches, do it in any.
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

    /** Only these have their place in the request as their number; others are numbered among those that went on. */
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
