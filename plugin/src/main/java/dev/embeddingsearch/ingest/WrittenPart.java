/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.update.UpdateRequest;

/**
 * A document of a write request: a whole one, or the partial one of an update.
 *
 * @param update id of the update that a partial document belongs to, or null for a whole document
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
            return Map.of(); // not a document at all: the shard refuses it in its own words
        }
    }

    /** Leaves the document out. */
    @Override
    public String toString() {
        return "WrittenPart[update=" + update + "]";
    }
}
