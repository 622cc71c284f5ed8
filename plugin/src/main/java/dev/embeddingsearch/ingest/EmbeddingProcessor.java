/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import static org.opensearch.ingest.ConfigurationUtils.newConfigurationException;
import static org.opensearch.ingest.ConfigurationUtils.readBooleanProperty;
import static org.opensearch.ingest.ConfigurationUtils.readIntProperty;
import static org.opensearch.ingest.ConfigurationUtils.readMap;
import static org.opensearch.ingest.ConfigurationUtils.readStringProperty;

import dev.embeddingsearch.ingest.EmbeddingRule.Marking;
import dev.embeddingsearch.mapper.EmbeddingMappings;
import dev.embeddingsearch.mapper.FieldModel;
import dev.embeddingsearch.mapper.MappedEmbedding;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Models;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.opensearch.common.util.concurrent.CountDown;
import org.opensearch.index.mapper.IndexFieldMapper;
import org.opensearch.ingest.AbstractBatchingProcessor;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.ingest.Processor;

/** The pipeline processor {@code embedding}, which writes the vectors of fields' texts into other fields. */
public final class EmbeddingProcessor extends AbstractBatchingProcessor {

    public static final String TYPE = "embedding";

    /** The prefix of paths in the current element of {@code foreach}. */
    private static final String ELEMENT = IngestDocument.INGEST_KEY + "._value.";

    private final Services services;
    private final List<EmbeddingRule> rules;
    private final boolean markFailures;

    private EmbeddingProcessor(Identity identity, Services services, List<EmbeddingRule> rules, boolean markFailures) {
        super(identity.tag(), identity.description(), identity.batchSize());
        this.services = services;
        this.rules = rules;
        this.markFailures = markFailures;
    }

    /** The properties that every batching processor has. */
    private record Identity(String tag, String description, int batchSize) {}

    private record Services(BatchEmbedder embedder, EmbeddingMappings mappings) {}

    @Override
    public String getType() {
        return TYPE;
    }

    @Override
    protected void subBatchExecute(
            List<IngestDocumentWrapper> wrappers, Consumer<List<IngestDocumentWrapper>> handler) {
        List<Group> groups;
        try {
            groups = wrappers.stream().collect(Collectors.groupingBy(EmbeddingProcessor::index)).entrySet().stream()
                    .map(entry -> new Group(entry.getValue(), rules(entry.getKey(), entry.getValue())))
                    .toList();
        } catch (RuntimeException e) {
            handler.accept(wrappers.stream()
                    .map(wrapper -> new IngestDocumentWrapper(
                            wrapper.getSlot(), wrapper.getChildSlot(), wrapper.getIngestDocument(), e))
                    .toList());
            return;
        }
        List<IngestDocumentWrapper> results = Collections.synchronizedList(new ArrayList<>());
        CountDown open = new CountDown(groups.size());
        groups.forEach(group -> services.embedder().embed(group.wrappers(), group.rules(), done -> {
            results.addAll(done);
            if (open.countDown()) {
                handler.accept(results);
            }
        }));
    }

    /** Documents for the same index, and the rules for them. */
    private record Group(List<IngestDocumentWrapper> wrappers, List<EmbeddingRule> rules) {}

    private static String index(IngestDocumentWrapper wrapper) {
        Object index = wrapper.getIngestDocument().getSourceAndMetadata().get(IndexFieldMapper.NAME);
        return index == null ? "" : index.toString();
    }

    /** The rules, each completed by the mapping of its target. */
    private List<EmbeddingRule> rules(String index, List<IngestDocumentWrapper> documents) {
        Map<String, MappedEmbedding> fields = services.mappings().writtenTo(index);
        return rules.stream()
                .map(rule -> {
                    MappedEmbedding field = fields.get(mappedName(rule, documents));
                    return field == null ? rule : rule.into(field, markFailures);
                })
                .toList();
    }

    /** The full name of a rule's target; inside of {@code foreach}, of the field in the list that is iterated over. */
    private static String mappedName(EmbeddingRule rule, List<IngestDocumentWrapper> documents) {
        if (documents.size() > 1 || !rule.target().startsWith(ELEMENT)) {
            return rule.target();
        }
        IngestDocument document = documents.getFirst().getIngestDocument();
        Object element = document.getIngestMetadata().get("_value");
        return listOf(document.getSourceAndMetadata(), element)
                .map(list -> list + "." + rule.target().substring(ELEMENT.length()))
                .orElse(rule.target());
    }

    /** The name of the list that contains {@code element}, compared by identity. */
    @SuppressWarnings("ReferenceEquality") // equal elements may stand in several lists
    private static Optional<String> listOf(Map<?, ?> object, Object element) {
        for (Map.Entry<?, ?> entry : object.entrySet()) {
            if (entry.getValue() instanceof List<?> list
                    && list.stream().anyMatch(each -> each == element && each instanceof Map<?, ?>)) {
                return Optional.of(entry.getKey().toString());
            }
            if (entry.getValue() instanceof Map<?, ?> inner) {
                Optional<String> below = listOf(inner, element);
                if (below.isPresent()) {
                    return below.map(name -> entry.getKey() + "." + name);
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public void execute(IngestDocument document, BiConsumer<IngestDocument, Exception> handler) {
        SingleDocument.execute(document, services.embedder().isAlone(document), this::subBatchExecute, handler);
    }

    @Override
    public IngestDocument execute(IngestDocument document) {
        throw SingleDocument.onlyAsynchronous(TYPE);
    }

    /** Reads the processor's configuration. */
    public static final class Factory implements Processor.Factory {

        private final Services services;

        public Factory(BatchEmbedder embedder, EmbeddingMappings mappings) {
            this.services = new Services(embedder, mappings);
        }

        @Override
        public EmbeddingProcessor create(
                Map<String, Processor.Factory> factories, String tag, String description, Map<String, Object> config) {
            String model = readStringProperty(TYPE, tag, config, "model", Models.DEFAULT);
            InputType inputType = inputType(tag, readStringProperty(TYPE, tag, config, "input_type", "text"));
            boolean ignoreMissing = readBooleanProperty(TYPE, tag, config, "ignore_missing", true);
            boolean mark = readBooleanProperty(TYPE, tag, config, "on_failure_mark", false);
            // The whole bulk request by default: the client cuts it into calls, which are fuller for larger batches.
            int batchSize = readIntProperty(TYPE, tag, config, BATCH_SIZE_FIELD, Integer.MAX_VALUE);
            if (batchSize < 1) {
                throw newConfigurationException(
                        TYPE, tag, BATCH_SIZE_FIELD, "expects at least 1, got [" + batchSize + "]");
            }
            List<EmbeddingRule> rules = fieldMap(tag, config).entrySet().stream()
                    .map(entry -> new EmbeddingRule(
                            entry.getValue(),
                            List.of(entry.getKey()),
                            new FieldModel(model, null, 0, inputType),
                            true,
                            ignoreMissing,
                            Marking.NONE))
                    .toList();
            return new EmbeddingProcessor(new Identity(tag, description, batchSize), services, rules, mark);
        }

        private static InputType inputType(String tag, String name) {
            try {
                return InputType.of(name);
            } catch (IllegalArgumentException e) {
                throw newConfigurationException(
                        TYPE, tag, "input_type", "expects [text] or [code], got [" + name + "]");
            }
        }

        private static Map<String, String> fieldMap(String tag, Map<String, Object> config) {
            Map<String, Object> fields = readMap(TYPE, tag, config, "field_map");
            boolean names =
                    fields.values().stream().allMatch(target -> target instanceof String name && !name.isEmpty());
            if (fields.isEmpty() || !names) {
                throw newConfigurationException(
                        TYPE,
                        tag,
                        "field_map",
                        "expects source field names with target field names, such as {\"body\": \"body_vector\"}");
            }
            Map<String, String> targets = fields.entrySet().stream()
                    .collect(Collectors.toMap(entry -> path(entry.getKey()), entry -> path((String) entry.getValue())));
            targets.forEach((source, target) -> requireOwn(tag, target, source, targets));
            return targets;
        }

        /** The path of a field, without the prefix {@code _source} that pipelines allow. */
        private static String path(String name) {
            String source = "_source.";
            return name.startsWith(source) ? name.substring(source.length()) : name;
        }

        /** Checks that a target gets a single vector, and does not overlap a text that is embedded. */
        private static void requireOwn(String tag, String target, String source, Map<String, String> targets) {
            targets.forEach((otherSource, otherTarget) -> {
                if (overlap(target, otherSource)) {
                    throw newConfigurationException(
                            TYPE,
                            tag,
                            "field_map",
                            "expects targets apart from the texts, but the vector in [" + target
                                    + "] would replace the text in [" + otherSource + "]: choose another target");
                }
                if (!source.equals(otherSource) && overlap(target, otherTarget)) {
                    throw newConfigurationException(
                            TYPE,
                            tag,
                            "field_map",
                            "expects a target of its own for each source, but of [" + source + "] and [" + otherSource
                                    + "] one vector would replace the other: choose two targets, or join both texts in one"
                                    + " vector by [source_fields] in the mapping of [" + target + "]");
                }
            });
        }

        /** Whether the paths are equal, or one contains the other. */
        private static boolean overlap(String path, String other) {
            return path.equals(other) || path.startsWith(other + ".") || other.startsWith(path + ".");
        }
    }
}
