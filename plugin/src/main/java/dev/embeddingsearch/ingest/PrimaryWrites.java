/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.bulk.RefusedItems;
import dev.embeddingsearch.bulk.RefusedItemsChannel;
import dev.embeddingsearch.mapper.DocumentPath;
import dev.embeddingsearch.mapper.DocumentText;
import dev.embeddingsearch.mapper.EmbeddingMappings;
import dev.embeddingsearch.mapper.MappedEmbedding;
import dev.embeddingsearch.mapper.PendingMark;
import dev.embeddingsearch.mapper.UpdateOrigins;
import dev.embeddingsearch.mapper.VectorOrigin;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.action.bulk.BulkItemRequest;
import org.opensearch.action.bulk.BulkShardRequest;
import org.opensearch.action.bulk.TransportShardBulkAction;
import org.opensearch.action.support.replication.TransportReplicationAction.ConcreteShardRequest;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.transport.TransportChannel;
import org.opensearch.transport.TransportInterceptor;
import org.opensearch.transport.TransportRequest;
import org.opensearch.transport.TransportRequestHandler;

/**
 * Checks writes on the node of the primary shard, whichever node has coordinated them. It checks that the mapping is still the
 * one that {@link UnembeddedWrites} has used. Requests from nodes without that check are checked completely. The origins of
 * vectors in partial updates are passed on to where the updates are merged.
 */
public final class PrimaryWrites implements TransportInterceptor {

    private static final String ACTION = TransportShardBulkAction.ACTION_NAME + "[p]";

    private final Supplier<EmbeddingMappings> mappings;
    private final ThreadContext threadContext;

    /**
     * An interceptor for a node.
     *
     * @param mappings supplies null until the node has its services
     */
    public PrimaryWrites(Supplier<EmbeddingMappings> mappings, ThreadContext threadContext) {
        this.mappings = mappings;
        this.threadContext = threadContext;
    }

    @Override
    public <T extends TransportRequest> TransportRequestHandler<T> interceptHandler(
            String action, String executor, boolean forceExecution, TransportRequestHandler<T> actualHandler) {
        if (!ACTION.equals(action)) {
            return actualHandler;
        }
        return (request, channel, task) -> {
            if (mappings.get() != null
                    && request instanceof ConcreteShardRequest<?> concrete
                    && concrete.getRequest() instanceof BulkShardRequest bulk) {
                receive(concrete, bulk, channel, (accepted, answers) -> {
                    @SuppressWarnings("unchecked") // a request of the same class as the intercepted one
                    T received = (T) accepted;
                    actualHandler.messageReceived(received, answers, task);
                });
            } else {
                actualHandler.messageReceived(request, channel, task);
            }
        };
    }

    /** What happens to a request that is not refused as a whole. */
    private interface Receiver {
        void receive(ConcreteShardRequest<?> request, TransportChannel channel) throws Exception;
    }

    @SuppressWarnings("try") // the stored context restores the caller's when closed
    private void receive(
            ConcreteShardRequest<?> request, BulkShardRequest bulk, TransportChannel channel, Receiver receiver)
            throws Exception {
        RefusedItems refused = new RefusedItems(bulk);
        Optional<UpdateOrigins> origins = check(bulk, refused);
        if (refused.all()) {
            channel.sendResponse(refused.response());
            return;
        }
        ConcreteShardRequest<?> accepted = refused.none() ? request : with(refused.accepted(), request);
        TransportChannel answers = refused.none() ? channel : new RefusedItemsChannel(channel, refused);
        if (origins.isEmpty()) {
            receiver.receive(accepted, answers);
            return;
        }
        try (ThreadContext.StoredContext sender = threadContext.newStoredContext(true)) {
            origins.get().putInto(threadContext);
            receiver.receive(accepted, answers);
        }
    }

    private static ConcreteShardRequest<BulkShardRequest> with(BulkShardRequest bulk, ConcreteShardRequest<?> request) {
        return new ConcreteShardRequest<>(
                bulk,
                request.getTargetAllocationID(),
                request.getPrimaryTerm(),
                request.sentFromLocalReroute(),
                request.localRerouteInitiatedByNodeClient());
    }

    private Optional<UpdateOrigins> check(BulkShardRequest bulk, RefusedItems refused) {
        String index = bulk.shardId().getIndexName();
        Map<String, MappedEmbedding> fields = mappings.get().of(index);
        UpdateOrigins origins = new UpdateOrigins(fields);
        long mapping = Provenance.mapping(fields.values());
        // A node of version 0.1.0 sends vectors without their origins.
        WriteCheck unchecked = new WriteCheck(index, fields, EmbeddedVectors.NONE, true);
        for (BulkItemRequest item : bulk.items()) {
            try {
                requireNoScript(item, fields);
                for (WrittenPart part : WrittenPart.of(item.request())) {
                    Optional<Provenance> sent = Provenance.of(part.document());
                    if (sent.isEmpty() && !fields.isEmpty()) {
                        unchecked.check(part.document(), part.update());
                    } else if (sent.isPresent()) {
                        if (sent.get().mapping() != mapping) {
                            requireSame(part, sent.get(), fields, index);
                        }
                        origins.add(
                                item.request().id(),
                                part.update() != null,
                                sent.get().origins());
                    }
                }
            } catch (RuntimeException e) {
                refused.refuse(item, e);
            }
        }
        return origins.isEmpty() ? Optional.empty() : Optional.of(origins);
    }

    private static void requireNoScript(BulkItemRequest item, Map<String, MappedEmbedding> fields) {
        if (item.request() instanceof UpdateRequest update && update.script() != null) {
            fields.values().stream()
                    .filter(field -> !field.sourceFields().isEmpty())
                    .findFirst()
                    .ifPresent(field -> {
                        throw UnembeddedWrites.scripted(field);
                    });
        }
    }

    /**
     * Checks a document against the current mapping, if that is not the one it was checked against before. Fields that the
     * document lacks may have been added or removed.
     */
    private static void requireSame(
            WrittenPart part, Provenance sent, Map<String, MappedEmbedding> fields, String index) {
        Map<String, Object> document = part.source();
        boolean same = fields.keySet().containsAll(sent.origins().keySet());
        for (MappedEmbedding field : fields.values()) {
            same &= isSame(part, sent, field, document);
        }
        if (!same) {
            throw new OpenSearchStatusException(
                    "the embedding fields of index [{}] changed while the document was on its way: send it again",
                    RestStatus.CONFLICT,
                    index);
        }
    }

    private static boolean isSame(
            WrittenPart part, Provenance sent, MappedEmbedding field, Map<String, Object> document) {
        DocumentPath path = new DocumentPath(field.path());
        Set<Long> origins = sent.origins().get(field.path());
        if (field.sourceFields().isEmpty()) {
            return !path.isIn(document);
        }
        if (part.update() != null) {
            // The origins are checked when the update is merged.
            return origins != null || !(DocumentText.touches(document, field.sourceFields()) || path.touches(document));
        }
        String text = DocumentText.of(document, field.sourceFields());
        Object vector = path.value(document);
        return text.isEmpty()
                || PendingMark.is(vector)
                || (vector != null
                        && origins != null
                        && origins.contains(VectorOrigin.of(
                                field.model().id(),
                                field.model().inputType(),
                                VectorOrigin.ofText(text),
                                VectorOrigin.ofVector(vector))));
    }
}
