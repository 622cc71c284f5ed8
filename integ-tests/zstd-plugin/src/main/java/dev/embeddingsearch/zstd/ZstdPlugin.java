/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.zstd;

import java.util.Map;
import java.util.Optional;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.codec.AdditionalCodecs;
import org.opensearch.index.engine.EngineConfig;
import org.opensearch.plugins.EnginePlugin;
import org.opensearch.plugins.Plugin;

/** Adds {@link ZstdCodec} to the codecs of indices that ask for it. */
public final class ZstdPlugin extends Plugin implements EnginePlugin {

    @Override
    public Optional<AdditionalCodecs> getAdditionalCodecs(IndexSettings settings) {
        if (!settings.getValue(EngineConfig.INDEX_CODEC_SETTING).equals(ZstdCodec.ALIAS)) {
            return Optional.empty();
        }
        return Optional.of((mappers, index, standard) -> Map.of(ZstdCodec.ALIAS, new ZstdCodec(standard.get())));
    }
}
