/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.reembed;

import dev.embeddingsearch.mapper.EmbeddingMappings;
import dev.embeddingsearch.mapper.MappedEmbedding;
import dev.embeddingsearch.mapper.PendingMark;
import java.util.function.Function;
import java.util.function.Predicate;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.core.rest.RestStatus;

/**
 * Refuses callers from whom field-level security hides marks: their search would find none, and the backfill would end as
 * if there were none.
 *
 * @param shown which fields of an index the caller of the thread may see
 */
record HiddenMarks(EmbeddingMappings mappings, Function<String, Predicate<String>> shown) {

    /** Fails if any mark of the indices is hidden. */
    void refuse(String... indices) {
        for (String index : indices) {
            Predicate<String> fields = shown.apply(index);
            for (MappedEmbedding field : mappings.of(index).values()) {
                if (!field.nested() && !fields.test(field.path() + "." + PendingMark.REASON)) {
                    throw new OpenSearchStatusException(
                            "expected to see the marks of documents without vectors, but field-level security hides fields"
                                    + " [*.{}] of index [{}]: show them to the caller, or call with [verify=true], which"
                                    + " looks at all documents",
                            RestStatus.FORBIDDEN,
                            PendingMark.REASON,
                            index);
                }
            }
        }
    }
}
