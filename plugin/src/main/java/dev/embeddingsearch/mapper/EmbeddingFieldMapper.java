/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.vectors.EmbeddingVectorsFormat;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.flat.VectorPrecision;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.LeafReader;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.common.xcontent.support.XContentMapValues;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.mapper.FieldMapper;
import org.opensearch.index.mapper.Mapper;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.mapper.MappingLookup;
import org.opensearch.index.mapper.ParametrizedFieldMapper;
import org.opensearch.index.mapper.ParseContext;

/** The field type {@code embedding}: one vector for each document, indexed for kNN search. The field's creation fixes the model. */
public final class EmbeddingFieldMapper extends ParametrizedFieldMapper {

    public static final String CONTENT_TYPE = "embedding";
    public static final String MODEL_PARAMETER = "model";
    public static final String MODEL_ID_PARAMETER = "model_id";
    public static final String DIMENSIONS_PARAMETER = "dimensions";
    public static final String SOURCE_FIELDS_PARAMETER = "source_fields";
    public static final String INPUT_TYPE_PARAMETER = "input_type";
    public static final String ON_FAILURE_PARAMETER = "on_failure";

    private final Surroundings surroundings;
    private final PendingMarkMapper pendingMark;

    private EmbeddingFieldMapper(String simpleName, EmbeddingFieldType fieldType, Surroundings surroundings) {
        super(simpleName, fieldType, MultiFields.empty(), CopyTo.empty());
        this.surroundings = surroundings;
        this.pendingMark = new PendingMarkMapper(fieldType.name());
    }

    /** The services that a field uses; the thread context is null before the node has one. */
    record Surroundings(Models models, Supplier<ThreadContext> threadContext, IndexSettings index) {}

    /**
     * Parses mappings of this type.
     *
     * @param models supply the model's id and dimensions, if the mapping does not have them
     * @param threadContext has the {@link UpdateOrigins} of the request of a document
     */
    public static Mapper.TypeParser parser(Models models, Supplier<ThreadContext> threadContext) {
        Mapper.TypeParser parser = new TypeParser((name, context) -> new Builder(
                name,
                new Surroundings(models, threadContext, context.mapperService().getIndexSettings())));
        return (name, definition, context) -> {
            if (context.isWithinMultiField()) {
                throw new MapperParsingException("field [" + name + "] of type [" + CONTENT_TYPE
                        + "] cannot be a multi-field, its parent's text is no vector: make it a field of its own, with ["
                        + SOURCE_FIELDS_PARAMETER + "]");
            }
            for (String copying : List.of("fields", "copy_to")) {
                if (definition.containsKey(copying)) {
                    throw new MapperParsingException("field [" + name + "] of type [" + CONTENT_TYPE + "] takes no ["
                            + copying + "]: its vector is of use to no other field");
                }
            }
            return parser.parse(name, definition, context);
        };
    }

    @Override
    public EmbeddingFieldType fieldType() {
        return (EmbeddingFieldType) super.fieldType();
    }

    @Override
    public ParametrizedFieldMapper.Builder getMergeBuilder() {
        return new Builder(simpleName(), surroundings).init(this);
    }

    @Override
    protected String contentType() {
        return CONTENT_TYPE;
    }

    @Override
    public Iterator<Mapper> iterator() {
        return List.<Mapper>of(pendingMark).iterator();
    }

    @Override
    public boolean parsesArrayValue() {
        return true;
    }

    @Override
    protected void doValidate(MappingLookup mappers) {
        List<String> sources = fieldType().parameters().sourceFields();
        // Ingest makes one vector for each document, and none for nested documents.
        if (!sources.isEmpty() && mappers.getNestedScope(name()) != null) {
            throw new IllegalArgumentException("field [" + name()
                    + "] is inside nested documents, where [source_fields] is not supported: send its vectors, or use an"
                    + " object field");
        }
        new EmbeddingFieldCheck(name(), sources)
                .check(mappers, surroundings.index().getIndexMetadata());
    }

    /** False, whatever the index setting is: a document would lose its vector silently. */
    @Override
    public void parse(ParseContext context) throws IOException {
        try {
            parseCreateField(context);
        } catch (IllegalArgumentException e) {
            throw new MapperParsingException(
                    "failed to parse field [" + name() + "] of type [" + CONTENT_TYPE + "] in document with id ["
                            + context.sourceToParse().id() + "]: " + e.getMessage(),
                    e);
        }
    }

    @Override
    protected void parseCreateField(ParseContext context) throws IOException {
        if (context.parser().currentToken() == XContentParser.Token.START_OBJECT) {
            PendingMark mark = PendingMark.of(name(), context.parser().map());
            requireFirst(context.doc());
            pendingMark.index(context, mark.reason());
            DerivedVector.keep(context, pendingMark.name(), mark);
            return;
        }
        EmbeddingParameters parameters = fieldType().parameters();
        float[] vector =
                VectorValue.parse(context.parser(), name(), parameters.model().dimensions());
        if (vector == null) {
            return;
        }
        requireFirst(context.doc());
        UpdateOrigins.check(surroundings.threadContext(), name(), context.sourceToParse());
        VectorSimilarity similarity = parameters.similarity();
        float[] indexed = similarity.prepare(name(), vector);
        float[] stored = parameters.indexOptions().storage().round(name(), indexed);
        context.doc().add(new KnnFloatVectorField(name(), stored, similarity.function()));
        if (isSplit(context)) {
            SplitSourceField.leaveOut(context.doc(), name(), vector, indexed);
        }
    }

    /** Whether vectors are left out of the stored source: not of nested documents, which have none, and only of JSON. */
    private static boolean isSplit(ParseContext context) {
        return VectorsInSource.isLeftOut(context.indexSettings())
                && context.doc().equals(context.rootDoc())
                && XContentType.JSON.equals(context.sourceToParse().getMediaType());
    }

    /** Always supported: vectors and marks are read from the index, whatever the parameters are. */
    @Override
    public void canDeriveSource() {}

    @Override
    public void deriveSource(XContentBuilder builder, LeafReader reader, int doc) throws IOException {
        DerivedVector.Document document = new DerivedVector.Document(reader, doc);
        DerivedVector.write(builder, simpleName(), name(), pendingMark.name(), document);
    }

    private void requireFirst(ParseContext.Document document) {
        boolean present = pendingMark.isIn(document);
        for (IndexableField field : document.getFields()) {
            present |= field.name().equals(name());
        }
        if (present) {
            throw new IllegalArgumentException("field [" + name() + "] expects one vector a document, got another");
        }
        // With include_in_parent or include_in_root, a nested object is copied as soon as it has been read.
        for (ParseContext.Document around = document.getParent(); around != null; around = around.getParent()) {
            if (around.getField(name()) != null) {
                throw new IllegalArgumentException("field [" + name() + "] expects one vector a document, got another: "
                        + "[include_in_root] or [include_in_parent] of its nested object copies one from each of "
                        + "several objects into the document around them; leave it out of the mapping");
            }
        }
    }

    private static EmbeddingParameters parameters(FieldMapper mapper) {
        return ((EmbeddingFieldMapper) mapper).fieldType().parameters();
    }

    /** Builds a mapper; the model's id and dimensions are always written to the mapping. */
    static final class Builder extends ParametrizedFieldMapper.Builder {

        private final Surroundings surroundings;
        private final Parameter<String> model = Parameter.stringParam(
                MODEL_PARAMETER, true, m -> parameters(m).model().name(), Models.DEFAULT);
        private final Parameter<String> modelId;
        private final Parameter<Integer> dimensions;
        private final Parameter<List<String>> sourceFields = new Parameter<>(
                SOURCE_FIELDS_PARAMETER,
                false,
                List::of,
                (name, context, value) -> SourceFields.parse(value),
                m -> parameters(m).sourceFields());
        private final Parameter<InputType> inputType = new Parameter<>(
                        INPUT_TYPE_PARAMETER,
                        false,
                        () -> InputType.TEXT,
                        (name, context, value) -> InputType.of(value.toString()),
                        m -> parameters(m).model().inputType())
                .setSerializer((builder, name, value) -> builder.field(name, value.toString()), InputType::toString);
        private final Parameter<VectorSimilarity> similarity = new Parameter<>(
                        "similarity",
                        false,
                        () -> VectorSimilarity.COSINE,
                        (name, context, value) -> VectorSimilarity.of(value.toString()),
                        m -> parameters(m).similarity())
                .setSerializer(
                        (builder, name, value) -> builder.field(name, value.toString()), VectorSimilarity::toString);
        private final Parameter<VectorIndexOptions> indexOptions = new Parameter<>(
                "index_options",
                false,
                () -> VectorIndexOptions.DEFAULT,
                (name, context, value) -> VectorIndexOptions.parse(value),
                m -> parameters(m).indexOptions());
        private final Parameter<OnFailure> onFailure = new Parameter<>(
                        ON_FAILURE_PARAMETER,
                        true,
                        () -> OnFailure.FAIL,
                        (name, context, value) -> OnFailure.of(value.toString()),
                        m -> parameters(m).onFailure())
                .setSerializer((builder, name, value) -> builder.field(name, value.toString()), OnFailure::toString);
        private final Parameter<Float> oversample = new Parameter<Float>(
                        "oversample",
                        true,
                        () -> null,
                        (name, context, value) -> value == null ? null : XContentMapValues.nodeFloatValue(value),
                        m -> parameters(m).oversample())
                .acceptsNull();
        private final Parameter<Map<String, String>> meta = Parameter.metaParam();

        Builder(String name, Surroundings surroundings) {
            super(name);
            this.surroundings = surroundings;
            this.modelId = Parameter.stringParam(
                            MODEL_ID_PARAMETER,
                            false,
                            m -> parameters(m).model().id(),
                            null)
                    .alwaysSerialize();
            this.dimensions = Parameter.intParam(
                            DIMENSIONS_PARAMETER,
                            false,
                            m -> parameters(m).model().dimensions(),
                            0)
                    .alwaysSerialize();
        }

        @Override
        protected List<Parameter<?>> getParameters() {
            return List.of(
                    model,
                    modelId,
                    dimensions,
                    sourceFields,
                    inputType,
                    similarity,
                    indexOptions,
                    onFailure,
                    oversample,
                    meta);
        }

        @Override
        public EmbeddingFieldMapper build(BuilderContext context) {
            String fullName = buildFullName(context);
            FieldModel resolved = new FieldModel(model.get(), modelId.get(), dimensions.get(), inputType.get())
                    .resolve(fullName, surroundings.models());
            requireDimensions(fullName, resolved.dimensions());
            requireOthers(fullName, sourceFields.get());
            requireCodec(fullName, indexOptions.get(), context.indexSettings());
            VectorsInSource.requireCodec(fullName, context.indexSettings());
            EmbeddingParameters parameters = new EmbeddingParameters(
                    resolved,
                    similarity.get(),
                    sourceFields.get(),
                    indexOptions.get(),
                    onFailure.get(),
                    oversample.get());
            return new EmbeddingFieldMapper(
                    name, new EmbeddingFieldType(fullName, parameters, meta.get()), surroundings);
        }

        private static void requireOthers(String field, List<String> sources) {
            if (sources.contains(field) || sources.stream().anyMatch(String::isBlank)) {
                throw new IllegalArgumentException("field [" + field + "] expects names of other fields in ["
                        + SOURCE_FIELDS_PARAMETER + "], got " + sources);
            }
        }

        /** Whether the codec of another plugin writes the vectors, which does not quantize them. */
        private static void requireCodec(String field, VectorIndexOptions options, Settings index) {
            Optional<String> claim = CodecOwner.claim(index);
            if (claim.isEmpty()) {
                return;
            }
            if (options.asked() != null && options.asked() != Quantization.NONE) {
                throw cannotHave(field, "quantization", options.asked(), claim.get());
            }
            if (options.storage() != VectorPrecision.FLOAT32) {
                throw cannotHave(field, "storage", options.storage(), claim.get());
            }
        }

        private static IllegalArgumentException cannotHave(String field, String option, Object value, String claim) {
            return new IllegalArgumentException("field [" + field + "] cannot have [index_options." + option + "] ["
                    + value
                    + "] in an index with [" + claim + "]: the plugin of that setting writes its vectors, as they are."
                    + " Leave [" + option + "] out, or make the index without that setting");
        }

        private static void requireDimensions(String field, int dimensions) {
            if (dimensions < 1 || dimensions > EmbeddingVectorsFormat.MAX_DIMENSIONS) {
                throw new IllegalArgumentException("field [" + field + "] expects [dimensions] from 1 to "
                        + EmbeddingVectorsFormat.MAX_DIMENSIONS + ", got [" + dimensions + "]");
            }
        }
    }
}
