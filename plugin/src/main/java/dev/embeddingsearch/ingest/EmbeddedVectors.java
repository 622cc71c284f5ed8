/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.mapper.VectorOrigin;
import dev.embeddingsearch.model.InputType;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The vectors that ingest has made or kept for the documents of a request, each with its origin. A document is checked against
 * them once its index, its mapping and its text are final.
 */
final class EmbeddedVectors {

    /** No vectors, for a request that has not passed through ingest. */
    static final EmbeddedVectors NONE = new EmbeddedVectors();

    private final Map<Long, Set<Origin>> origins = new ConcurrentHashMap<>();
    private final Set<String> targets = ConcurrentHashMap.newKeySet();
    private final Set<UpdatedField> updated = ConcurrentHashMap.newKeySet();

    /**
     * The text and the model that a vector was made from.
     *
     * @param text a fingerprint of the text
     */
    record Origin(String modelId, InputType inputType, long text) {}

    private record UpdatedField(String id, String path) {}

    /** Adds a vector in the form that it has in the document. */
    void add(Origin origin, Object vector) {
        origins.computeIfAbsent(VectorOrigin.ofVector(vector), none -> ConcurrentHashMap.newKeySet())
                .add(origin);
    }

    /** Adds a path that was mapped as an {@code embedding} field when a vector was written to it. */
    void addTarget(String path) {
        targets.add(path);
    }

    /** Adds a field of an update's partial document that ingest has processed. */
    void addUpdate(String id, String path) {
        updated.add(new UpdatedField(id, path));
    }

    /** The union with {@code other}. */
    EmbeddedVectors and(EmbeddedVectors other) {
        EmbeddedVectors both = new EmbeddedVectors();
        both.merge(this);
        both.merge(other);
        return both;
    }

    /** Adds the vectors of {@code other}. */
    void merge(EmbeddedVectors other) {
        other.origins.forEach((vector, made) -> origins.computeIfAbsent(vector, none -> ConcurrentHashMap.newKeySet())
                .addAll(made));
        targets.addAll(other.targets);
        updated.addAll(other.updated);
    }

    /** The origins of a vector; several where different texts have equal vectors, none if ingest has not made it. */
    Set<Origin> of(Object vector) {
        if (!(vector instanceof String || vector instanceof Iterable<?>)) {
            return Set.of();
        }
        try {
            return origins.getOrDefault(VectorOrigin.ofVector(vector), Set.of());
        } catch (IllegalArgumentException e) {
            return Set.of(); // not a vector: the shard refuses it with its own message
        }
    }

    Set<String> targets() {
        return targets;
    }

    boolean hasUpdate(String id, String path) {
        return updated.contains(new UpdatedField(id, path));
    }

    /** The number of vectors only. */
    @Override
    public String toString() {
        return "EmbeddedVectors[" + origins.size() + "]";
    }
}
