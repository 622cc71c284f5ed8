/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.update.UpdateRequest;

/**
 * A document of a write request: a whole document, or the partial document of an update.
 *
 * @param update the id of the update of a partial document; null for a whole document
 */
record WrittenPart(IndexRequest document, String update) {

    static List<WrittenPart> of(DocWriteRequest<?> request) {
        List<WrittenPart> parts = new ArrayList<>();
        if (request instanceof IndexRequest whole) {
            parts.add(new WrittenPart(whole, null));
        } else if (request instanceof UpdateRequest update) {
            if (update.doc() != null) {
                parts.add(new WrittenPart(update.doc(), update.id()));
            }
            if (update.upsertRequest() != null) {
                parts.add(new WrittenPart(update.upsertRequest(), null));
            }
        }
        return parts;
    }

    Map<String, Object> source() {
        try {
            return document.sourceAsMap();
        } catch (RuntimeException e) {
            return Map.of(); // not a document: the shard refuses it with its own message
        }
    }

    /** Without the document. */
    @Override
    public String toString() {
        return "WrittenPart[update=" + update + "]";
    }
}
