/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.mapper.VectorOrigin;
import dev.embeddingsearch.model.InputType;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The vectors that ingest made, or kept, for the documents of a request, each with what it was made of; so that a document
 * can be checked once its index, its mapping and its text are known for good.
 */
final class EmbeddedVectors {

    /** Those of a request that saw no ingest. */
    static final EmbeddedVectors NONE = new EmbeddedVectors();

    private final Map<Long, Set<Origin>> origins = new ConcurrentHashMap<>();
    private final Set<String> targets = ConcurrentHashMap.newKeySet();
    private final Set<UpdatedField> updated = ConcurrentHashMap.newKeySet();

    /**
     * What a vector was made of.
     *
     * @param text fingerprint of the text
     */
    record Origin(String modelId, InputType inputType, long text) {}

    private record UpdatedField(String id, String path) {}

    /** Takes note of a vector as it stands in the document. */
    void add(Origin origin, Object vector) {
        origins.computeIfAbsent(VectorOrigin.ofVector(vector), none -> ConcurrentHashMap.newKeySet())
                .add(origin);
    }

    /** Takes note of a path that was mapped as an {@code embedding} field when a vector was written to it. */
    void addTarget(String path) {
        targets.add(path);
    }

    /** Takes note that ingest looked after a field in the partial document of an update. */
    void addUpdate(String id, String path) {
        updated.add(new UpdatedField(id, path));
    }

    /** These and those of {@code other} together. */
    EmbeddedVectors and(EmbeddedVectors other) {
        EmbeddedVectors both = new EmbeddedVectors();
        both.merge(this);
        both.merge(other);
        return both;
    }

    /** Takes over what {@code other} knows. */
    void merge(EmbeddedVectors other) {
        other.origins.forEach((vector, made) -> origins.computeIfAbsent(vector, none -> ConcurrentHashMap.newKeySet())
                .addAll(made));
        targets.addAll(other.targets);
        updated.addAll(other.updated);
    }

    /** What a vector was made of, in each way that ingest made it; nothing of one that came from elsewhere. */
    Set<Origin> of(Object vector) {
        if (!(vector instanceof String || vector instanceof Iterable<?>)) {
            return Set.of();
        }
        try {
            return origins.getOrDefault(VectorOrigin.ofVector(vector), Set.of());
        } catch (IllegalArgumentException e) {
            return Set.of(); // no vector at all: the shard refuses it in its own words
        }
    }

    Set<String> targets() {
        return targets;
    }

    boolean hasUpdate(String id, String path) {
        return updated.contains(new UpdatedField(id, path));
    }

    /** Tells how many, not which. */
    @Override
    public String toString() {
        return "EmbeddedVectors[" + origins.size() + "]";
    }
}
