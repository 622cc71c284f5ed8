/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import java.util.List;
import org.apache.lucene.util.InfoStream;
import org.apache.lucene.util.hnsw.HnswGraphBuilder;

/** Takes down what Lucene says while it builds graphs. */
final class GraphMessages extends InfoStream {

    private final List<String> messages;

    GraphMessages(List<String> messages) {
        this.messages = messages;
    }

    @Override
    public void message(String component, String message) {
        messages.add(message);
    }

    @Override
    public boolean isEnabled(String component) {
        return component.equals(HnswGraphBuilder.HNSW_COMPONENT);
    }

    @Override
    public void close() {}
}
