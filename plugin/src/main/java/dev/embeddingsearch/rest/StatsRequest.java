/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import java.io.IOException;
import org.opensearch.action.support.nodes.BaseNodesRequest;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

/** A request to nodes for their counters. */
final class StatsRequest extends BaseNodesRequest<StatsRequest> {

    private final boolean offHeap;

    /** @param offHeap whether to return the off-heap bytes of vectors, which opens searchers of all shards */
    StatsRequest(boolean offHeap, String... nodes) {
        super(nodes);
        this.offHeap = offHeap;
    }

    StatsRequest(StreamInput in) throws IOException {
        super(in);
        this.offHeap = in.readBoolean();
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        out.writeBoolean(offHeap);
    }

    boolean offHeap() {
        return offHeap;
    }
}
