/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;

/** Runs a batch processor on a single document, as OpenSearch does in simulations, in {@code foreach} and in inner pipelines. */
final class SingleDocument {

    private SingleDocument() {}

    /**
     * Calls {@code handler} again if the rest of the pipeline throws, since OpenSearch does not catch that. In a batch, where
     * OpenSearch counts the calls of handlers, the exception goes on to {@link IngestBatch} instead.
     *
     * @param alone whether the document is in no batch
     */
    static void execute(
            IngestDocument document,
            boolean alone,
            BiConsumer<List<IngestDocumentWrapper>, Consumer<List<IngestDocumentWrapper>>> batch,
            BiConsumer<IngestDocument, Exception> handler) {
        batch.accept(List.of(new IngestDocumentWrapper(0, -1, document, null)), done -> {
            Exception failure = done.getFirst().getException();
            if (failure != null) {
                handler.accept(null, failure);
                return;
            }
            try {
                handler.accept(document, null);
            } catch (RuntimeException e) {
                if (!alone) {
                    throw e;
                }
                handler.accept(null, e);
            }
        });
    }

    static UnsupportedOperationException onlyAsynchronous(String processor) {
        return new UnsupportedOperationException(
                "[" + processor + "] waits for a remote service and only runs asynchronously");
    }
}
