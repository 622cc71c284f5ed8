/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.mapper.MappedEmbedding;
import dev.embeddingsearch.mapper.VectorOrigin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.ingest.IngestService;

/**
 * What the node that coordinates a write tells the primary about it: that it checked the document, against which mapping,
 * and what the vectors of a partial document were made of. It travels as the name of the request's system pipeline, which
 * has run by then: so it reaches the primary with the request, under every plugin, and is in no document. Nodes that do
 * not know it pass it on.
 *
 * @param mapping fingerprint of the {@code embedding} fields of the index
 * @param origins a fingerprint of each vector with what it was made of, by the path of its field
 */
record Provenance(long mapping, Map<String, Set<Long>> origins) {

    private static final String PREFIX = "embedding_search_provenance:";

    private static final int VERSION = 1;

    static long mapping(Collection<MappedEmbedding> fields) {
        StringBuilder all = new StringBuilder();
        fields.stream()
                .sorted(Comparator.comparing(MappedEmbedding::path))
                .forEach(field -> all.append(field.path())
                        .append('\n')
                        .append(field.model().id())
                        .append('\n')
                        .append(field.model().dimensions())
                        .append('\n')
                        .append(field.model().inputType())
                        .append('\n')
                        .append(field.sourceFields())
                        .append('\n'));
        return VectorOrigin.ofText(all.toString());
    }

    void attachTo(IndexRequest document) {
        document.setSystemIngestPipeline(PREFIX + encode());
    }

    /** Takes it off again: who sent the request may send it once more. */
    static void detachFrom(IndexRequest document) {
        if (isOn(document)) {
            document.setSystemIngestPipeline(IngestService.NOOP_PIPELINE_NAME);
        }
    }

    private static boolean isOn(IndexRequest document) {
        return document.getSystemIngestPipeline() != null
                && document.getSystemIngestPipeline().startsWith(PREFIX);
    }

    /** What was attached; nothing where a node coordinated the write that knows nothing of it. */
    static Optional<Provenance> of(IndexRequest document) {
        if (!isOn(document)) {
            return Optional.empty();
        }
        byte[] bytes =
                Base64.getDecoder().decode(document.getSystemIngestPipeline().substring(PREFIX.length()));
        try (StreamInput in = new BytesArray(bytes).streamInput()) {
            in.readVInt(); // later versions add behind what is read here
            return Optional.of(new Provenance(
                    in.readLong(), in.readMap(StreamInput::readString, from -> from.readSet(StreamInput::readLong))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String encode() {
        try (BytesStreamOutput out = new BytesStreamOutput()) {
            out.writeVInt(VERSION);
            out.writeLong(mapping);
            out.writeMap(
                    origins,
                    (to, path) -> to.writeString(path),
                    (to, some) -> to.writeCollection(some, (each, origin) -> each.writeLong(origin)));
            return Base64.getEncoder().encodeToString(BytesReference.toBytes(out.bytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gathers the origins of a document's vectors. */
    static final class Builder {
        private final Map<String, Set<Long>> origins = new HashMap<>();

        /** Adds a vector, by its fingerprint, and what it was made of. */
        void add(String path, EmbeddedVectors.Origin origin, long vector) {
            origins.computeIfAbsent(path, none -> new HashSet<>())
                    .add(VectorOrigin.of(origin.modelId(), origin.inputType(), origin.text(), vector));
        }

        /** Says that a field gets no vector, so that one which is there is that of another text. */
        void addNone(String path) {
            origins.computeIfAbsent(path, none -> new HashSet<>());
        }

        Provenance build(long mapping) {
            return new Provenance(mapping, origins);
        }
    }
}
