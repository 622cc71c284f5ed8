/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.mapper.EmbeddingMappings;
import dev.embeddingsearch.mapper.MappedEmbedding;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.bulk.BulkItemRequest;
import org.opensearch.action.bulk.BulkShardRequest;
import org.opensearch.action.bulk.TransportShardBulkAction;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.action.support.ActionFilterChain;
import org.opensearch.action.support.ActionRequestMetadata;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.tasks.Task;

/**
 * Refuses what would reach an index with {@code source_fields} past the processor that embeds them, each document for
 * itself: scripted updates inside {@code _bulk}, for their script runs on the shard ({@code _update} puts the scripted
 * document through ingest); and all text for these fields while the cluster's generated processors are switched off,
 * even beside a vector, which may be that of the text before.
 */
public final class UnembeddedWrites implements ActionFilter {

    private final EmbeddingMappings mappings;
    private final BooleanSupplier processorsGenerated;

    /**
     * A filter for a node.
     *
     * @param processorsGenerated the cluster's {@code cluster.ingest.system_pipeline_enabled}
     */
    public UnembeddedWrites(EmbeddingMappings mappings, BooleanSupplier processorsGenerated) {
        this.mappings = mappings;
        this.processorsGenerated = processorsGenerated;
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
            refuse((BulkShardRequest) request);
        }
        chain.proceed(task, action, request, listener);
    }

    private void refuse(BulkShardRequest bulk) {
        String index = bulk.shardId().getIndexName();
        Collection<MappedEmbedding> fields = mappings.of(index).values().stream()
                .filter(field -> field.sourceFields().isEmpty() == false)
                .toList();
        if (fields.isEmpty() == false) {
            for (BulkItemRequest item : bulk.items()) {
                refusal(item.request(), fields).ifPresent(cause -> item.abort(index, cause));
            }
        }
    }

    private Optional<IllegalArgumentException> refusal(DocWriteRequest<?> request, Collection<MappedEmbedding> fields) {
        if (request instanceof UpdateRequest update && update.script() != null) {
            return Optional.of(scripted(fields.iterator().next()));
        }
        if (processorsGenerated.getAsBoolean()) {
            return Optional.empty();
        }
        List<Map<String, Object>> documents =
                parts(request).map(UnembeddedWrites::source).toList();
        return fields.stream()
                .filter(field ->
                        documents.stream().anyMatch(document -> DocumentText.touches(document, field.sourceFields())))
                .findFirst()
                .map(UnembeddedWrites::switchedOff);
    }

    private static Stream<IndexRequest> parts(DocWriteRequest<?> request) {
        return switch (request) {
            case IndexRequest whole -> Stream.of(whole);
            case UpdateRequest update ->
                Stream.of(update.doc(), update.upsertRequest()).filter(part -> part != null);
            default -> Stream.empty();
        };
    }

    private static Map<String, Object> source(IndexRequest document) {
        try {
            return document.sourceAsMap();
        } catch (RuntimeException e) {
            return Map.of(); // not a document at all: the shard refuses it in its own words
        }
    }

    private static IllegalArgumentException scripted(MappedEmbedding field) {
        return new IllegalArgumentException("a scripted update inside [_bulk] would leave field [" + field.path()
                + "] with the vector of the old text of " + field.sourceFields()
                + ": use [_update], [_update_by_query] or a partial document instead");
    }

    private static IllegalArgumentException switchedOff(MappedEmbedding field) {
        return new IllegalArgumentException("the text of " + field.sourceFields()
                + " would not be embedded into field [" + field.path()
                + "] while [cluster.ingest.system_pipeline_enabled] is [false]: set it to [true]");
    }
}
