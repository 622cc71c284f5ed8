/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.allocation;

import dev.embeddingsearch.analysis.CodeAnalysis;
import dev.embeddingsearch.mapper.EmbeddingFieldMapper;
import dev.embeddingsearch.mapper.PerIndex;
import java.util.Map;
import java.util.Set;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.MappingMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.common.settings.Settings;

/** The indices that a node without the plugin cannot open, since they have a field type or an analyzer of the plugin. */
final class PluginIndices {

    /** The keys of analysis settings and mappings whose values are names of analyzers or of their parts. */
    private static final Set<String> ANALYSIS_KEYS =
            Set.of("type", "tokenizer", "filter", "analyzer", "search_analyzer", "search_quote_analyzer");

    private final PerIndex<Boolean> need = new PerIndex<>(PluginIndices::look);

    boolean needPlugin(IndexMetadata index, Metadata metadata) {
        return need.of(index, metadata);
    }

    private static boolean look(IndexMetadata index) {
        MappingMetadata mapping = index.mapping();
        return isAnalyzed(index.getSettings()) || (mapping != null && isMapped(mapping.sourceAsMap()));
    }

    private static boolean isAnalyzed(Settings index) {
        Settings analysis = index.getByPrefix("index.analysis.");
        return analysis.keySet().stream()
                .filter(key -> ANALYSIS_KEYS.contains(key.substring(key.lastIndexOf('.') + 1)))
                .flatMap(key -> analysis.getAsList(key).stream())
                .anyMatch(CodeAnalysis.names()::contains);
    }

    /** Whether any object of the mapping, be it a multi-field or a dynamic template, has a type or an analyzer of the plugin. */
    private static boolean isMapped(Object mapping) {
        if (mapping instanceof Iterable<?> list) {
            for (Object each : list) {
                if (isMapped(each)) {
                    return true;
                }
            }
            return false;
        }
        return mapping instanceof Map<?, ?> object
                && object.entrySet().stream()
                        .anyMatch(entry ->
                                isOurs(entry.getKey().toString(), entry.getValue()) || isMapped(entry.getValue()));
    }

    private static boolean isOurs(String key, Object value) {
        return "type".equals(key)
                ? EmbeddingFieldMapper.CONTENT_TYPE.equals(value)
                : ANALYSIS_KEYS.contains(key)
                        && value instanceof String name
                        && CodeAnalysis.names().contains(name);
    }
}
