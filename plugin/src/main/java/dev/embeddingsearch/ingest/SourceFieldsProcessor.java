/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.mapper.MappedEmbedding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.opensearch.ingest.AbstractBatchingSystemProcessor;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.plugins.IngestPlugin.SystemIngestPipelineConfigKeys;

/** Embeds the {@code source_fields} of an index's mapping; OpenSearch puts it behind every pipeline of such an index. */
public final class SourceFieldsProcessor extends AbstractBatchingSystemProcessor {

    /** Name of the system processor; not for use in pipelines. */
    public static final String TYPE = "embedding_source_fields";

    private final BatchEmbedder embedder;
    private final List<EmbeddingRule> rules;

    private SourceFieldsProcessor(String tag, String description, BatchEmbedder embedder, List<EmbeddingRule> rules) {
        super(tag, description, Integer.MAX_VALUE);
        this.embedder = embedder;
        this.rules = rules;
    }

    @Override
    public String getType() {
        return TYPE;
    }

    @Override
    protected void subBatchExecute(
            List<IngestDocumentWrapper> wrappers, Consumer<List<IngestDocumentWrapper>> handler) {
        embedder.embed(wrappers, rules, handler);
    }

    @Override
    public void execute(IngestDocument document, BiConsumer<IngestDocument, Exception> handler) {
        SingleDocument.execute(document, this::subBatchExecute, handler);
    }

    @Override
    public IngestDocument execute(IngestDocument document) {
        throw SingleDocument.onlyAsynchronous(TYPE);
    }

    /** Generates the processor from an index's mapping, or from the templates of an index about to be created. */
    public static final class Factory extends AbstractBatchingSystemProcessor.Factory {

        private final BatchEmbedder embedder;

        public Factory(BatchEmbedder embedder) {
            super(TYPE);
            this.embedder = embedder;
        }

        /** Returns null, for no processor, where no field names {@code source_fields}. */
        @Override
        protected AbstractBatchingSystemProcessor newProcessor(
                String tag, String description, Map<String, Object> config) {
            Map<String, MappedEmbedding> fields = new LinkedHashMap<>();
            for (Map<String, Object> mapping : mappings(config)) {
                MappedEmbedding.in(mapping).forEach(field -> fields.put(field.path(), field));
            }
            // One inside nested documents stands in a template at most: the mapping that follows from it is refused.
            fields.values().removeIf(field -> field.sourceFields().isEmpty() || field.nested());
            List<EmbeddingRule> rules =
                    fields.values().stream().map(EmbeddingRule::of).toList();
            return rules.isEmpty() ? null : new SourceFieldsProcessor(tag, description, embedder, rules);
        }

        @SuppressWarnings("unchecked")
        private static List<Map<String, Object>> mappings(Map<String, Object> config) {
            List<Map<String, Object>> mappings = new ArrayList<>();
            if (config.get(SystemIngestPipelineConfigKeys.INDEX_MAPPINGS) instanceof Map<?, ?> mapping) {
                mappings.add((Map<String, Object>) mapping);
            }
            if (config.get(SystemIngestPipelineConfigKeys.INDEX_TEMPLATE_MAPPINGS) instanceof List<?> templates) {
                templates.forEach(template -> mappings.add((Map<String, Object>) template));
            }
            return mappings;
        }
    }
}
