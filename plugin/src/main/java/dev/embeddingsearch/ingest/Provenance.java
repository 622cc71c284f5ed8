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
 * What the coordinating node of a write sends to the primary shard: that it has checked the document, against which mapping,
 * and the origins of the vectors of a partial document. It is sent in the request, as the name of the system pipeline, which
 * has run by then. There it passes all other plugins, is part of no document, and is forwarded by nodes that do not know it.
 *
 * @param mapping a fingerprint of the {@code embedding} fields of the index
 * @param origins by the path of a field, fingerprints of vectors with their origins
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

    /** Removes it from the request, since the sender may send the request again. */
    static void detachFrom(IndexRequest document) {
        if (isOn(document)) {
            document.setSystemIngestPipeline(IngestService.NOOP_PIPELINE_NAME);
        }
    }

    private static boolean isOn(IndexRequest document) {
        return document.getSystemIngestPipeline() != null
                && document.getSystemIngestPipeline().startsWith(PREFIX);
    }

    /** What is attached to the request; empty if a node without this plugin has coordinated the write. */
    static Optional<Provenance> of(IndexRequest document) {
        if (!isOn(document)) {
            return Optional.empty();
        }
        byte[] bytes =
                Base64.getDecoder().decode(document.getSystemIngestPipeline().substring(PREFIX.length()));
        try (StreamInput in = new BytesArray(bytes).streamInput()) {
            in.readVInt(); // later versions append to what is read here
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

    /** Collects the origins of a document's vectors. */
    static final class Builder {
        private final Map<String, Set<Long>> origins = new HashMap<>();

        /** Adds the fingerprint of a vector with its origin. */
        void add(String path, EmbeddedVectors.Origin origin, long vector) {
            origins.computeIfAbsent(path, none -> new HashSet<>())
                    .add(VectorOrigin.of(origin.modelId(), origin.inputType(), origin.text(), vector));
        }

        /** Adds a field without a vector: one that is found there is that of another text. */
        void addNone(String path) {
            origins.computeIfAbsent(path, none -> new HashSet<>());
        }

        Provenance build(long mapping) {
            return new Provenance(mapping, origins);
        }
    }
}
