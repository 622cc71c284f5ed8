/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.util.List;
import org.apache.lucene.util.InfoStream;
import org.apache.lucene.util.hnsw.HnswGraphBuilder;

/** Records the messages that Lucene logs while it builds graphs. */
public final class GraphMessages extends InfoStream {

    private final List<String> messages;

    public GraphMessages(List<String> messages) {
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
