/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.mapper.SourceToParse;

/**
 * What the vectors that a shard request brings were made of, for documents that get partial updates: only when the shard
 * has merged an update into its document is it known which text the vector stands beside. Kept in the thread context while
 * the primary works on the request.
 */
public final class UpdateOrigins {

    private static final String KEY = "embedding_search.update_origins";

    private final Map<String, MappedEmbedding> fields;
    private final Map<String, Map<String, Set<Long>>> origins = new HashMap<>();
    private final Set<String> updated = new HashSet<>();

    /**
     * Nothing yet.
     *
     * @param fields the {@code embedding} fields of the index, by path
     */
    public UpdateOrigins(Map<String, MappedEmbedding> fields) {
        this.fields = fields;
    }

    /**
     * Adds what a part of the request says of a document's vectors.
     *
     * @param partial whether it is a partial document, which makes vectors be checked
     * @param origins a fingerprint of each vector with what it was made of, by the path of its field
     */
    public void add(String id, boolean partial, Map<String, Set<Long>> origins) {
        if (partial && !origins.isEmpty()) {
            updated.add(id);
        }
        Map<String, Set<Long>> known = this.origins.computeIfAbsent(id, none -> new HashMap<>());
        origins.forEach((path, some) ->
                known.computeIfAbsent(path, none -> new HashSet<>()).addAll(some));
    }

    /** Whether there is nothing to check. */
    public boolean isEmpty() {
        return updated.isEmpty();
    }

    /** Puts these into the thread context. */
    public void putInto(ThreadContext threadContext) {
        threadContext.putTransient(KEY, this);
    }

    /**
     * Checks the vector of a field in a whole document, where it was written by a partial update that is under way.
     *
     * @throws MapperParsingException with status 409, if it was made of another text than the one beside it
     */
    static void check(Supplier<ThreadContext> threadContext, String path, SourceToParse document) {
        ThreadContext context = threadContext.get();
        UpdateOrigins known = context == null ? null : context.getTransient(KEY);
        if (known != null && known.updated.contains(document.id())) {
            known.check(path, document);
        }
    }

    /** Refuses a document whose text changed after it was read for embedding: status 409. */
    private static final class VectorConflictException extends MapperParsingException {

        VectorConflictException(String message) {
            super(message);
        }

        @Override
        public RestStatus status() {
            return RestStatus.CONFLICT;
        }
    }

    private void check(String path, SourceToParse document) {
        MappedEmbedding field = fields.get(path);
        Set<Long> claimed = origins.get(document.id()).get(path);
        if (field == null || claimed == null || field.sourceFields().isEmpty()) {
            return;
        }
        Map<String, Object> source = XContentHelper.convertToMap(document.source(), false, document.getMediaType())
                .v2();
        Object vector = new DocumentPath(path).value(source);
        if (vector == null || PendingMark.is(vector)) {
            return;
        }
        long text = VectorOrigin.ofText(DocumentText.of(source, field.sourceFields()));
        if (!claimed.contains(
                VectorOrigin.of(field.model().id(), field.model().inputType(), text, VectorOrigin.ofVector(vector)))) {
            throw new VectorConflictException("the text of " + field.sourceFields() + " in document [" + document.id()
                    + "] changed while the vector of field [" + path
                    + "] was made for this update: send the update again");
        }
    }
}
