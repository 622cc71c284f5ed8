/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.allocation;

import java.io.IOException;
import java.util.List;
import org.opensearch.Version;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.common.settings.Settings;
import org.opensearch.test.OpenSearchTestCase;

public class PluginIndicesTests extends OpenSearchTestCase {

    private final PluginIndices indices = new PluginIndices();

    static IndexMetadata index(String properties, Settings settings) throws IOException {
        return IndexMetadata.builder("articles")
                .settings(Settings.builder()
                        .put(IndexMetadata.SETTING_VERSION_CREATED, Version.CURRENT)
                        .put(IndexMetadata.SETTING_INDEX_UUID, "uuid")
                        .put(settings))
                .numberOfShards(1)
                .numberOfReplicas(0)
                .putMapping("{\"_doc\":{\"properties\":{" + properties + "}}}")
                .build();
    }

    private boolean needsPlugin(String properties, Settings settings) throws IOException {
        return new PluginIndices().needPlugin(index(properties, settings), Metadata.EMPTY_METADATA);
    }

    public void testFieldsOfThePluginsType() throws IOException {
        assertTrue(needsPlugin("\"v\":{\"type\":\"embedding\"}", Settings.EMPTY));
        assertTrue(needsPlugin(
                "\"n\":{\"type\":\"nested\",\"properties\":{\"v\":{\"type\":\"embedding\"}}}", Settings.EMPTY));
        assertFalse(needsPlugin("\"embedding\":{\"type\":\"text\"},\"code\":{\"type\":\"keyword\"}", Settings.EMPTY));
        assertFalse(indices.needPlugin(
                IndexMetadata.builder("bare")
                        .settings(Settings.builder().put(IndexMetadata.SETTING_VERSION_CREATED, Version.CURRENT))
                        .numberOfShards(1)
                        .numberOfReplicas(0)
                        .build(),
                Metadata.EMPTY_METADATA));
    }

    public void testFieldsWithThePluginsAnalyzers() throws IOException {
        assertTrue(needsPlugin("\"t\":{\"type\":\"text\",\"analyzer\":\"code\"}", Settings.EMPTY));
        assertTrue(needsPlugin(
                "\"t\":{\"type\":\"keyword\",\"fields\":{\"c\":{\"type\":\"text\",\"search_analyzer\":\"code_search\"}}}",
                Settings.EMPTY));
        assertFalse(needsPlugin("\"t\":{\"type\":\"text\",\"analyzer\":\"english\"}", Settings.EMPTY));
    }

    public void testAnalyzersMadeOfThePluginsParts() throws IOException {
        String analyzer = "index.analysis.analyzer.own.";
        for (Settings settings : List.of(
                Settings.builder().put(analyzer + "type", "code").build(),
                Settings.builder().put(analyzer + "tokenizer", "code").build(),
                Settings.builder()
                        .putList(analyzer + "filter", "lowercase", "code_identifiers")
                        .build())) {
            assertTrue(needsPlugin("\"t\":{\"type\":\"text\"}", settings));
        }
        assertFalse(needsPlugin(
                "\"t\":{\"type\":\"text\"}",
                Settings.builder()
                        .putList("index.analysis.filter.own.stopwords", "code", "code_search")
                        .build()));
    }

    public void testAChangedMappingIsLookedAtAgain() throws IOException {
        IndexMetadata before = index("\"t\":{\"type\":\"text\"}", Settings.EMPTY);
        assertFalse(indices.needPlugin(before, Metadata.EMPTY_METADATA));
        IndexMetadata after = IndexMetadata.builder(before)
                .putMapping("{\"_doc\":{\"properties\":{\"v\":{\"type\":\"embedding\"}}}}")
                .mappingVersion(before.getMappingVersion() + 1)
                .build();
        assertTrue(indices.needPlugin(after, Metadata.EMPTY_METADATA));
    }
}
