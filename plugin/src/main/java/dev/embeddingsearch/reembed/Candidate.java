/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.reembed;

import dev.embeddingsearch.ingest.StoredDocumentToEmbed;
import java.util.Map;
import org.opensearch.action.get.GetResponse;
import org.opensearch.action.get.MultiGetRequest;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.common.collect.Tuple;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.core.xcontent.MediaType;
import org.opensearch.ingest.IngestService;

/**
 * A document that was found by its mark, as it is stored now.
 *
 * @param version null where there is no document
 * @param document what there is to embed, or null where it could not be read or is gone
 * @param failure why it could not be read, or null
 */
record Candidate(MultiGetRequest.Item place, Version version, StoredDocumentToEmbed document, String failure) {

    /** Which version was read, and the format it is stored in. */
    record Version(long seqNo, long primaryTerm, MediaType format) {}

    static Candidate of(MultiGetRequest.Item place, GetResponse stored, BackfillRequest.Scope scope) {
        if (stored.isSourceEmpty()) {
            return new Candidate(place, null, null, null);
        }
        MediaType asStored = null;
        Tuple<? extends MediaType, Map<String, Object>> source =
                XContentHelper.convertToMap(stored.getSourceAsBytesRef(), true, asStored);
        return new Candidate(
                place,
                new Version(stored.getSeqNo(), stored.getPrimaryTerm(), source.v1()),
                new StoredDocumentToEmbed(place.index(), source.v2(), scope == BackfillRequest.Scope.ALL),
                null);
    }

    static Candidate unread(MultiGetRequest.Item place, String failure) {
        return new Candidate(place, null, null, failure);
    }

    boolean changed() {
        return document != null && document.changed();
    }

    /**
     * Puts the document in the place of the very version it was made from. It passes no pipeline: those of the index have
     * seen it before, and the vectors it brings are to stay.
     */
    IndexRequest write() {
        IndexRequest request = new IndexRequest(place.index())
                .id(place.id())
                .routing(place.routing())
                .source(document.source(), version.format())
                .setIfSeqNo(version.seqNo())
                .setIfPrimaryTerm(version.primaryTerm());
        return withoutPipelines(request);
    }

    static IndexRequest withoutPipelines(IndexRequest request) {
        request.setPipeline(IngestService.NOOP_PIPELINE_NAME)
                .setFinalPipeline(IngestService.NOOP_PIPELINE_NAME)
                .setSystemIngestPipeline(IngestService.NOOP_PIPELINE_NAME);
        request.isPipelineResolved(true);
        return request;
    }

    BatchOutcome.Failed failed(String reason) {
        return new BatchOutcome.Failed(place.index(), place.id(), reason);
    }
}
