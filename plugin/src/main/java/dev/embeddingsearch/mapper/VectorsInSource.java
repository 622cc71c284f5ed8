/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import org.opensearch.Version;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.mapper.MapperService;

/**
 * Whether an index stores vectors in {@code _source}, or adds them from the vector field when a document is read.
 *
 * <p>Documents without vectors are in segments with the name of a codec of ours, which no node without this plugin opens. By
 * default only indices get them that have an {@code embedding} field when a shard is opened: where a field is added later,
 * the segments of the shard have another codec, and its documents stay whole.
 */
public final class VectorsInSource {

    /** Indices, as this node has opened them, of which a shard has a codec that cannot restore vectors. */
    private static final Set<IndexSettings> STORED_WHOLE = Collections.newSetFromMap(new WeakHashMap<>());

    /** Version 0.1.0 of this plugin, which stored documents whole by default, was for this version of OpenSearch only. */
    private static final Version LAST_STORED_WHOLE = Version.V_3_6_0;

    private static final String CODEC = "index.codec";
    private static final String STAR_TREE = "index.composite_index";
    private static final String DERIVED_SOURCE = "index.derived_source.enabled";
    private static final List<String> CODECS = List.of("default", "lz4", "best_compression", "zlib");

    public static final Setting<Boolean> SETTING = Setting.boolSetting(
            "index.embedding.vectors_in_source",
            VectorsInSource::byDefault,
            Setting.Property.IndexScope,
            Setting.Property.Final);

    private VectorsInSource() {}

    private static String byDefault(Settings index) {
        boolean whole = IndexMetadata.SETTING_INDEX_VERSION_CREATED.get(index).onOrBefore(LAST_STORED_WHOLE)
                || index.getAsBoolean(DERIVED_SOURCE, false)
                || otherCodec(index).isPresent();
        return Boolean.toString(whole);
    }

    /** Whether documents may be stored without their vectors. */
    public static boolean isLeftOut(Settings index) {
        return !SETTING.get(index) && otherCodec(index).isEmpty();
    }

    /** Whether the shards that this node has opened of an index may be given documents without vectors. */
    static synchronized boolean isLeftOut(IndexSettings index) {
        return isLeftOut(index.getSettings()) && !STORED_WHOLE.contains(index);
    }

    /**
     * Decides which codec a shard gets that is being opened. Mapper and codec have to agree: from now on {@link
     * #isLeftOut(IndexSettings)} says no if the answer is no.
     *
     * @param supported whether its codec can be wrapped so that it restores vectors
     * @return whether it has to be
     */
    public static synchronized boolean isLeftOutOfShard(IndexSettings index, MapperService mapping, boolean supported) {
        if (!isLeftOut(index.getSettings())) {
            return false;
        }
        if (SETTING.exists(index.getSettings())) {
            return true;
        }
        boolean first = STORED_WHOLE.add(index); // before the look: a field that is mapped meanwhile stays whole
        boolean leftOut = supported && isMapped(mapping);
        if (leftOut && first) {
            STORED_WHOLE.remove(index);
        }
        return leftOut;
    }

    private static boolean isMapped(MapperService mapping) {
        for (MappedFieldType type : mapping.fieldTypes()) {
            if (type.unwrap() instanceof EmbeddingFieldType) {
                return true;
            }
        }
        return false;
    }

    /** Refuses a field in an index with vectors left out of documents, if its codec does not support that. */
    static void requireCodec(String field, Settings index) {
        if (!SETTING.get(index)) {
            otherCodec(index).ifPresent(setting -> {
                throw new IllegalArgumentException("field [" + field + "] cannot be in an index with ["
                        + SETTING.getKey() + "] [false] and [" + setting + "] [" + index.get(setting)
                        + "]: documents are stored without vectors by [index.codec] " + CODECS
                        + " only. Leave one of the settings out");
            });
        }
    }

    private static Optional<String> otherCodec(Settings index) {
        if (!CODECS.contains(index.get(CODEC, "default"))) {
            return Optional.of(CODEC);
        }
        return index.getAsBoolean(STAR_TREE, false) ? Optional.of(STAR_TREE) : CodecOwner.claim(index);
    }
}
