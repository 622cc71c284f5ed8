/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import java.io.IOException;
import java.util.Map;
import org.opensearch.action.support.nodes.BaseNodeResponse;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

/** The description of each model on one node, as text, so that nodes with other versions can pass it on. */
final class NodeModels extends BaseNodeResponse {

    private final Map<String, Object> models;

    NodeModels(DiscoveryNode node, Map<String, Object> models) {
        super(node);
        this.models = models;
    }

    NodeModels(StreamInput in) throws IOException {
        super(in);
        this.models = in.readMap();
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        out.writeMap(models);
    }

    Map<String, Object> models() {
        return models;
    }
}
