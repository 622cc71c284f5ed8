/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import static org.hamcrest.Matchers.containsString;

import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.flat.VectorPrecision;
import java.io.IOException;
import java.util.List;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.mapper.MapperService;

/** What mappings of the field type say, and how they change. */
public class EmbeddingFieldMapperTests extends EmbeddingMapperTestCase {

    private Settings indexSettings = SETTINGS;

    @Override
    protected Settings getIndexSettings() {
        return indexSettings;
    }

    @Override
    protected void registerParameters(ParameterChecker checker) throws IOException {
        checker.registerConflictCheck("dimensions", b -> b.field("dimensions", 3));
        checker.registerConflictCheck(
                "model_id", b -> b.field("model_id", "other").field("dimensions", 4));
        checker.registerConflictCheck("similarity", b -> b.field("similarity", "l2_norm"));
        checker.registerConflictCheck("source_fields", b -> b.array("source_fields", "title"));
        checker.registerConflictCheck("input_type", b -> b.field("input_type", "code"));
        checker.registerConflictCheck(
                "index_options",
                b -> b.startObject("index_options").field("type", "flat").endObject());
        checker.registerConflictCheck(
                "index_options",
                b -> b.startObject("index_options")
                        .field("quantization", "none")
                        .endObject());
        checker.registerConflictCheck(
                "index_options",
                b -> b.startObject("index_options").field("storage", "float16").endObject());
        checker.registerUpdateCheck(
                b -> b.field("type", "embedding").field("model_id", "tiny-1").field("dimensions", 4),
                b -> b.field("type", "embedding")
                        .field("model", "renamed")
                        .field("model_id", "tiny-1")
                        .field("dimensions", 4),
                mapper -> assertEquals(
                        "renamed",
                        ((EmbeddingFieldMapper) mapper)
                                .fieldType()
                                .parameters()
                                .model()
                                .name()));
        checker.registerUpdateCheck(
                b -> b.field("on_failure", "index_without_vector"),
                mapper -> assertEquals(
                        OnFailure.INDEX_WITHOUT_VECTOR,
                        ((EmbeddingFieldMapper) mapper).fieldType().parameters().onFailure()));
        checker.registerUpdateCheck(
                b -> b.field("oversample", 2.5),
                mapper -> assertEquals(
                        Float.valueOf(2.5f),
                        ((EmbeddingFieldMapper) mapper).fieldType().parameters().oversample()));
        checker.registerUpdateCheck(
                b -> b.startObject("meta").field("team", "search").endObject(),
                mapper -> assertEquals("search", mapper.fieldType().meta().get("team")));
    }

    private void assertRefused(String message, String field) {
        Exception e = expectThrows(MapperParsingException.class, () -> mapped(field));
        assertThat(e.getMessage(), containsString(message));
    }

    private static String json(MapperService service) {
        return service.documentMapper().mappingSource().toString();
    }

    public void testDefaultModelsIdAndDimensionsAreWrittenBack() throws IOException {
        MapperService service = mapped("{\"type\":\"embedding\"}");
        assertEquals(
                "{\"_doc\":{\"properties\":{\"field\":{\"type\":\"embedding\",\"model_id\":\"text-embedding-3-small\","
                        + "\"dimensions\":1536}}}}",
                json(service));
        assertEquals(
                new EmbeddingParameters(
                        new FieldModel("default", "text-embedding-3-small", 1536, InputType.TEXT),
                        VectorSimilarity.COSINE,
                        List.of(),
                        VectorIndexOptions.DEFAULT,
                        OnFailure.FAIL,
                        null),
                parameters(service));
    }

    public void testAllParametersRoundTrip() throws IOException {
        String field = "{\"type\":\"embedding\",\"model\":\"tiny\",\"model_id\":\"tiny-1\",\"dimensions\":3,"
                + "\"source_fields\":[\"title\",\"body.text\"],\"input_type\":\"code\",\"similarity\":\"l2_norm\","
                + "\"index_options\":{\"type\":\"flat\",\"m\":8,\"ef_construction\":50,\"quantization\":\"int4\",\"storage\":\"float16\"},\"on_failure\":\"index_without_vector\",\"oversample\":3.5,\"meta\":{\"a\":\"b\"}}";
        MapperService service = mapped(field);
        assertWarnings(
                EmbeddingFieldCheckTests.unmapped("field", "title"),
                EmbeddingFieldCheckTests.unmapped("field", "body.text"));
        assertEquals("{\"_doc\":{\"properties\":{\"field\":" + field + "}}}", json(service));
        assertEquals(List.of("title", "body.text"), parameters(service).sourceFields());
        assertEquals(InputType.CODE, parameters(service).model().inputType());
        assertEquals(
                new VectorIndexOptions("flat", 8, 50, Quantization.INT4, VectorPrecision.FLOAT16),
                parameters(service).indexOptions());
    }

    public void testDimensionsOfTheMappingGoBeforeTheModels() throws IOException {
        assertEquals(
                2,
                parameters(mapped("{\"type\":\"embedding\",\"model\":\"tiny\",\"dimensions\":2}"))
                        .model()
                        .dimensions());
        assertEquals(
                "mystery-1",
                parameters(mapped("{\"type\":\"embedding\",\"model\":\"mystery\",\"dimensions\":9}"))
                        .model()
                        .id());
    }

    public void testUnknownDimensions() {
        assertRefused(
                "field [field] expects [dimensions]: those of model [mystery], id [mystery-1], are not known. Give them in "
                        + "the mapping, or in setting [embedding.model.mystery.dimensions]",
                "{\"type\":\"embedding\",\"model\":\"mystery\"}");
    }

    public void testUnknownModel() {
        assertRefused("no model [absent]: configured are", "{\"type\":\"embedding\",\"model\":\"absent\"}");
    }

    public void testModelIdOfAnotherModel() {
        assertRefused(
                "field [field] holds vectors of model id [other], but model [tiny] now has id [tiny-1]",
                "{\"type\":\"embedding\",\"model\":\"tiny\",\"model_id\":\"other\"}");
    }

    /** An index must open whatever became of its model. */
    public void testMappingOfARemovedModelStillOpens() throws IOException {
        MapperService service =
                mapped("{\"type\":\"embedding\",\"model\":\"gone\",\"model_id\":\"gone-1\",\"dimensions\":4}");
        assertArrayEquals(new float[] {0, 0, 1, 0}, vector(parse(service, "{\"field\":[0,0,2,0]}"), "field"), 0);
    }

    public void testBoundsOfDimensions() throws IOException {
        assertEquals(
                1,
                parameters(mapped("{\"type\":\"embedding\",\"dimensions\":1}"))
                        .model()
                        .dimensions());
        assertEquals(
                16384,
                parameters(mapped("{\"type\":\"embedding\",\"dimensions\":16384}"))
                        .model()
                        .dimensions());
        for (int wrong : new int[] {-1, 16385}) {
            assertRefused(
                    "field [field] expects [dimensions] from 1 to 16384, got [" + wrong + "]",
                    "{\"type\":\"embedding\",\"dimensions\":" + wrong + "}");
        }
    }

    public void testOtherBadParameters() {
        assertRefused("[similarity] expects one of", "{\"type\":\"embedding\",\"similarity\":\"hamming\"}");
        assertRefused("[input_type] expects [text] or [code]", "{\"type\":\"embedding\",\"input_type\":\"image\"}");
        assertRefused(
                "[index_options.type] expects [hnsw] or [flat]",
                "{\"type\":\"embedding\",\"index_options\":{\"type\":\"ivf\"}}");
        assertRefused(
                "[on_failure] expects one of [fail, index_without_vector], got [ignore]",
                "{\"type\":\"embedding\",\"on_failure\":\"ignore\"}");
        for (String wrong : List.of("0.5", "101", "\"NaN\"")) {
            assertRefused(
                    "[oversample] expects 1 to 100, got [", "{\"type\":\"embedding\",\"oversample\":" + wrong + "}");
        }
        assertRefused("unknown parameter [dims] on mapper [field]", "{\"type\":\"embedding\",\"dims\":4}");
    }

    /** Another plugin's codec would write the vectors, as they are. */
    public void testQuantizationIsRefusedWhereTheCodecIsAnothers() throws IOException {
        for (String claim : List.of("index.knn", "index.sparse")) {
            indexSettings = Settings.builder().put(SETTINGS).put(claim, true).build();
            assertRefused(
                    "field [field] cannot have [index_options.quantization] [binary] in an index with [" + claim
                            + "]: the plugin of that setting writes its vectors, as they are. Leave [quantization] out,"
                            + " or make the index without that setting",
                    "{\"type\":\"embedding\",\"index_options\":{\"quantization\":\"binary\"}}");
            assertRefused(
                    "field [field] cannot have [index_options.storage] [float16] in an index with [" + claim
                            + "]: the plugin of that setting writes its vectors, as they are. Leave [storage] out, or make"
                            + " the index without that setting",
                    "{\"type\":\"embedding\",\"index_options\":{\"storage\":\"float16\"}}");
            mapped("{\"type\":\"embedding\"}");
            mapped("{\"type\":\"embedding\",\"index_options\":{\"quantization\":\"none\"}}");
        }
    }

    public void testSourceFieldsThatCannotBe() {
        assertRefused(
                "field [field] expects names of other fields in [source_fields], got [title, field]",
                "{\"type\":\"embedding\",\"source_fields\":[\"title\",\"field\"]}");
        assertRefused(
                "field [field] expects names of other fields in [source_fields], got [ ]",
                "{\"type\":\"embedding\",\"source_fields\":[\" \"]}");
    }

    public void testMultiFieldIsRefused() {
        assertRefused(
                "field [vector] of type [embedding] cannot be a multi-field, its parent's text is no vector: make it a field"
                        + " of its own, with [source_fields]",
                "{\"type\":\"text\",\"fields\":{\"vector\":{\"type\":\"embedding\"}}}");
    }

    public void testFieldsOfAVectorAreRefused() {
        assertRefused(
                "field [field] of type [embedding] takes no [fields]",
                "{\"type\":\"embedding\",\"fields\":{\"raw\":{\"type\":\"keyword\"}}}");
        assertRefused(
                "field [field] of type [embedding] takes no [copy_to]",
                "{\"type\":\"embedding\",\"copy_to\":\"other\"}");
    }

    public void testOtherTypeInItsPlaceIsRefused() throws IOException {
        MapperService service = mapped("{\"type\":\"embedding\"}");
        Exception e = expectThrows(IllegalArgumentException.class, () -> merge("_doc", service, """
                        {"_doc":{"properties":{"field":{"type":"keyword"}}}}"""));
        assertThat(e.getMessage(), containsString("cannot be changed from type [embedding] to [keyword]"));
    }
}
