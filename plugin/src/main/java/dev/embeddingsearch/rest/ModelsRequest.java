/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import java.io.IOException;
import org.opensearch.action.support.nodes.BaseNodesRequest;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

/** A request to all nodes for their models. */
final class ModelsRequest extends BaseNodesRequest<ModelsRequest> {

    private final boolean verify;

    /**
     * @param verify whether each node embeds a word with each model
     */
    ModelsRequest(boolean verify) {
        super(new String[0]);
        this.verify = verify;
    }

    ModelsRequest(StreamInput in) throws IOException {
        super(in);
        this.verify = in.readBoolean();
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        out.writeBoolean(verify);
    }

    boolean verify() {
        return verify;
    }
}
