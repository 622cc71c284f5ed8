/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.mapper.EmbeddingMappings;
import dev.embeddingsearch.mapper.MappedEmbedding;
import java.util.Optional;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.bulk.BulkItemRequest;
import org.opensearch.action.bulk.BulkShardRequest;
import org.opensearch.action.bulk.TransportShardBulkAction;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.action.support.ActionFilterChain;
import org.opensearch.action.support.ActionRequestMetadata;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.tasks.Task;

/**
 * Refuses scripted updates inside {@code _bulk} on an index with {@code source_fields}. There the script runs on the
 * shard, past all ingest processors: the text would change and the vector stay. {@code _update} has no such gap: it puts
 * the scripted document through ingest.
 */
public final class ScriptedUpdates implements ActionFilter {

    private final EmbeddingMappings mappings;

    public ScriptedUpdates(EmbeddingMappings mappings) {
        this.mappings = mappings;
    }

    @Override
    public int order() {
        return Integer.MAX_VALUE;
    }

    @Override
    public <Request extends ActionRequest, Response extends ActionResponse> void apply(
            Task task,
            String action,
            Request request,
            ActionRequestMetadata<Request, Response> metadata,
            ActionListener<Response> listener,
            ActionFilterChain<Request, Response> chain) {
        if (TransportShardBulkAction.ACTION_NAME.equals(action)) {
            refuseScripts((BulkShardRequest) request);
        }
        chain.proceed(task, action, request, listener);
    }

    private void refuseScripts(BulkShardRequest bulk) {
        String index = bulk.shardId().getIndexName();
        for (BulkItemRequest item : bulk.items()) {
            if (item.request() instanceof UpdateRequest update && update.script() != null) {
                sourced(index).ifPresent(field -> item.abort(index, refusal(field)));
            }
        }
    }

    private Optional<MappedEmbedding> sourced(String index) {
        return mappings.of(index).values().stream()
                .filter(field -> field.sourceFields().isEmpty() == false)
                .findFirst();
    }

    private static IllegalArgumentException refusal(MappedEmbedding field) {
        return new IllegalArgumentException("a scripted update inside [_bulk] would leave field [" + field.path()
                + "] with the vector of the old text of " + field.sourceFields()
                + ": use [_update], [_update_by_query] or a partial document instead");
    }
}
