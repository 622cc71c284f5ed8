/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.List;
import java.util.Optional;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;

/** Whether an index stores vectors in {@code _source}, or adds them from the vector field when a document is read. */
public final class VectorsInSource {

    public static final Setting<Boolean> SETTING = Setting.boolSetting(
            "index.embedding.vectors_in_source", true, Setting.Property.IndexScope, Setting.Property.Final);

    private static final String CODEC = "index.codec";
    private static final String STAR_TREE = "index.composite_index";
    private static final List<String> CODECS = List.of("default", "lz4", "best_compression", "zlib");

    private VectorsInSource() {}

    /** Whether documents are stored without their vectors. Mapper and codec both use this, since they must agree. */
    public static boolean isLeftOut(Settings index) {
        return !SETTING.get(index) && otherCodec(index).isEmpty();
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
