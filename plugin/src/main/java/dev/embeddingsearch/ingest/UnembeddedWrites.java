/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.bulk.RefusedItems;
import dev.embeddingsearch.mapper.DocumentText;
import dev.embeddingsearch.mapper.EmbeddingMappings;
import dev.embeddingsearch.mapper.MappedEmbedding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.function.BooleanSupplier;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.bulk.BulkItemRequest;
import org.opensearch.action.bulk.BulkShardRequest;
import org.opensearch.action.bulk.BulkShardResponse;
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
 * Checks each document that the coordinating node sends to a shard of an index with {@code embedding} fields, and attaches
 * {@link Provenance} for the primary. It refuses single documents:
 *
 * <ul>
 *   <li>those that {@link WriteCheck} refuses;
 *   <li>scripted updates inside {@code _bulk}, whose script runs on the shard ({@code _update} passes the scripted document
 *       through ingest);
 *   <li>all text for {@code source_fields} while the cluster's system-generated processors are switched off, even with a
 *       vector, which may be that of an older text.
 * </ul>
 */
public final class UnembeddedWrites implements ActionFilter {

    private final EmbeddingMappings mappings;
    private final PartialUpdates bulks;
    private final BooleanSupplier processorsGenerated;
    /** By identity. A request that is retried is the same object, and does not pass through ingest again. */
    private final Map<DocWriteRequest<?>, EmbeddedVectors> checked = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * A filter for a node.
     *
     * @param processorsGenerated the cluster's {@code cluster.ingest.system_pipeline_enabled}
     */
    public UnembeddedWrites(EmbeddingMappings mappings, PartialUpdates bulks, BooleanSupplier processorsGenerated) {
        this.mappings = mappings;
        this.bulks = bulks;
        this.processorsGenerated = processorsGenerated;
    }

    @Override
    public int order() {
        return Integer.MAX_VALUE;
    }

    @Override
    @SuppressWarnings("unchecked") // the action's name implies the types of request and response
    public <Request extends ActionRequest, Response extends ActionResponse> void apply(
            Task task,
            String action,
            Request request,
            ActionRequestMetadata<Request, Response> metadata,
            ActionListener<Response> listener,
            ActionFilterChain<Request, Response> chain) {
        if (!TransportShardBulkAction.ACTION_NAME.equals(action)) {
            chain.proceed(task, action, request, listener);
            return;
        }
        BulkShardRequest bulk = (BulkShardRequest) request;
        RefusedItems refused = new RefusedItems(bulk);
        List<IndexRequest> attached = check(bulk, refused);
        ActionListener<Response> detaching = attached.isEmpty()
                ? listener
                : ActionListener.runBefore(listener, () -> attached.forEach(Provenance::detachFrom));
        if (refused.all()) {
            detaching.onResponse((Response) refused.response());
        } else if (refused.none()) {
            chain.proceed(task, action, request, detaching);
        } else {
            chain.proceed(task, action, (Request) refused.accepted(), ActionListener.map(detaching, written ->
                    (Response) refused.join((BulkShardResponse) written)));
        }
    }

    /** Registers a document that was embedded outside of ingest. */
    public void embedded(IndexRequest request, StoredDocumentToEmbed document) {
        checked.put(request, document.vectors());
    }

    private List<IndexRequest> check(BulkShardRequest bulk, RefusedItems refused) {
        String index = bulk.shardId().getIndexName();
        Map<String, MappedEmbedding> fields = mappings.of(index);
        EmbeddedVectors made = bulks.current().map(BulkInProgress::vectors).orElse(EmbeddedVectors.NONE);
        List<IndexRequest> attached = new ArrayList<>();
        if (!fields.isEmpty() || !made.targets().isEmpty()) {
            for (BulkItemRequest item : bulk.items()) {
                EmbeddedVectors vectors = checked.merge(item.request(), made, EmbeddedVectors::and);
                try {
                    check(item.request(), new WriteCheck(index, fields, vectors, false), fields.values(), attached);
                } catch (RuntimeException e) {
                    refused.refuse(item, e);
                }
            }
        }
        return attached;
    }

    private void check(
            DocWriteRequest<?> request,
            WriteCheck check,
            Collection<MappedEmbedding> fields,
            List<IndexRequest> attached) {
        List<WrittenPart> parts = WrittenPart.of(request);
        parts.forEach(part -> attached.add(part.document()));
        // Refused documents too: the primary need not check them again.
        parts.forEach(part ->
                new Provenance.Builder().build(Provenance.mapping(fields)).attachTo(part.document()));
        refusal(request, parts, fields).ifPresent(reason -> {
            throw reason;
        });
        for (WrittenPart part : parts) {
            check.check(part.document(), part.update()).attachTo(part.document());
        }
    }

    private Optional<IllegalArgumentException> refusal(
            DocWriteRequest<?> request, List<WrittenPart> parts, Collection<MappedEmbedding> fields) {
        List<MappedEmbedding> sourced =
                fields.stream().filter(field -> !field.sourceFields().isEmpty()).toList();
        if (!sourced.isEmpty() && request instanceof UpdateRequest update && update.script() != null) {
            return Optional.of(scripted(sourced.getFirst()));
        }
        if (processorsGenerated.getAsBoolean()) {
            return Optional.empty();
        }
        return sourced.stream()
                .filter(field ->
                        parts.stream().anyMatch(part -> DocumentText.touches(part.source(), field.sourceFields())))
                .findFirst()
                .map(UnembeddedWrites::switchedOff);
    }

    static IllegalArgumentException scripted(MappedEmbedding field) {
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
