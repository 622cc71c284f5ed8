/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.mapper.EmbeddingMappings;
import dev.embeddingsearch.mapper.MappedEmbedding;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.opensearch.index.mapper.IndexFieldMapper;
import org.opensearch.ingest.AbstractBatchingSystemProcessor;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.plugins.IngestPlugin.SystemIngestPipelineConfigKeys;

/** Embeds the {@code source_fields} of an index's mapping. OpenSearch runs it after all other pipelines of the index. */
public final class SourceFieldsProcessor extends AbstractBatchingSystemProcessor {

    /** The name of the system processor, which pipelines cannot use. */
    public static final String TYPE = "embedding_source_fields";

    private final BatchEmbedder embedder;
    private final Function<IngestDocumentWrapper, List<EmbeddingRule>> rules;

    /**
     * @param rules returns the rules of a batch by its first document; all documents have the same index
     */
    private SourceFieldsProcessor(
            String tag,
            String description,
            BatchEmbedder embedder,
            Function<IngestDocumentWrapper, List<EmbeddingRule>> rules) {
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
        embedder.embed(wrappers, rules.apply(wrappers.getFirst()), handler);
    }

    @Override
    public void execute(IngestDocument document, BiConsumer<IngestDocument, Exception> handler) {
        SingleDocument.execute(document, embedder.isAlone(document), this::subBatchExecute, handler);
    }

    @Override
    public IngestDocument execute(IngestDocument document) {
        throw SingleDocument.onlyAsynchronous(TYPE);
    }

    /** Makes the processor from the mapping of an index, or from the templates of an index that is about to be created. */
    public static final class Factory extends AbstractBatchingSystemProcessor.Factory {

        private final BatchEmbedder embedder;
        private final EmbeddingMappings mappings;

        public Factory(BatchEmbedder embedder, EmbeddingMappings mappings) {
            super(TYPE);
            this.embedder = embedder;
            this.mappings = mappings;
        }

        /** Returns null, for no processor, if no field has {@code source_fields}. */
        @Override
        protected AbstractBatchingSystemProcessor newProcessor(
                String tag, String description, Map<String, Object> config) {
            List<EmbeddingRule> rules = rules(mapping(config.get(SystemIngestPipelineConfigKeys.INDEX_MAPPINGS)));
            if (!rules.isEmpty()) {
                return new SourceFieldsProcessor(tag, description, embedder, first -> rules);
            }
            // How templates merge depends on their kind, which the configuration does not say: it is read from the
            // cluster's state. A processor outlives a change of the templates.
            boolean named =
                    config.get(SystemIngestPipelineConfigKeys.INDEX_TEMPLATE_MAPPINGS) instanceof List<?> templates
                            && templates.stream()
                                    .anyMatch(template -> !mapping(template).isEmpty());
            return named
                    ? new SourceFieldsProcessor(
                            tag,
                            description,
                            embedder,
                            first -> rules(mappings.writtenTo(index(first)).values()))
                    : null;
        }

        @SuppressWarnings("unchecked")
        private static List<MappedEmbedding> mapping(Object mapping) {
            return mapping instanceof Map<?, ?> ? MappedEmbedding.in((Map<String, Object>) mapping) : List.of();
        }

        /** The rules of fields; those inside nested documents are skipped: a template may have them, but its mapping is refused. */
        private static List<EmbeddingRule> rules(Collection<MappedEmbedding> fields) {
            return fields.stream()
                    .filter(field -> !field.sourceFields().isEmpty() && !field.nested())
                    .map(EmbeddingRule::of)
                    .toList();
        }

        private static String index(IngestDocumentWrapper wrapper) {
            return String.valueOf(
                    wrapper.getIngestDocument().getSourceAndMetadata().get(IndexFieldMapper.NAME));
        }
    }
}
