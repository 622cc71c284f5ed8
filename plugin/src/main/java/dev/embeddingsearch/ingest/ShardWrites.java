/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import org.opensearch.action.bulk.TransportShardBulkAction;
import org.opensearch.common.inject.Inject;
import org.opensearch.common.lifecycle.AbstractLifecycleComponent;

/** Passes the transport action of shard bulk requests, which no client offers, to {@link WriteAccess}. */
public final class ShardWrites extends AbstractLifecycleComponent {

    @Inject
    public ShardWrites(TransportShardBulkAction action, WriteAccess access) {
        access.use(action::execute);
    }

    @Override
    protected void doStart() {}

    @Override
    protected void doStop() {}

    @Override
    protected void doClose() {}
}
