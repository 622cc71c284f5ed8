/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import static org.hamcrest.Matchers.containsString;
import static org.mockito.Mockito.when;

import dev.embeddingsearch.vectors.flat.VectorPrecision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.fielddata.ScriptDocValues;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.mapper.ParseContext;
import org.opensearch.index.mapper.ParsedDocument;
import org.opensearch.index.mapper.ValueFetcher;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.search.DocValueFormat;
import org.opensearch.search.lookup.SourceLookup;

/** What values the field type takes, and how they are read back. The inherited tests run a second time, which is no harm. */
public class EmbeddingFieldValueTests extends EmbeddingMapperTestCase {

    private Settings indexSettings = SETTINGS;

    @Override
    protected void registerParameters(ParameterChecker checker) {}

    @Override
    protected Settings getIndexSettings() {
        return indexSettings;
    }

    private MapperService tiny(String similarity) throws IOException {
        return mapped("{\"type\":\"embedding\",\"model\":\"tiny\",\"similarity\":\"" + similarity + "\"}");
    }

    private MapperService tiny() throws IOException {
        return tiny("cosine");
    }

    private void assertRefused(String message, MapperService service, String document) {
        MapperParsingException e = expectThrows(MapperParsingException.class, () -> parse(service, document));
        assertThat(e.getMessage(), containsString("of type [embedding] in document with id [1]: " + message));
    }

    public void testArrayAndBase64AreEqual() throws IOException {
        float[] expected = VectorUtil.l2normalize(VECTOR.clone());
        MapperService service = tiny();
        float[] array = vector(parse(service, "{\"field\":[1,2,3,4]}"), "field");
        float[] base64 = vector(parse(service, "{\"field\":\"" + VectorValue.encode(VECTOR) + "\"}"), "field");
        assertArrayEquals(expected, array, 1e-6f);
        assertArrayEquals(array, base64, 0);
    }

    public void testNullAndAbsenceGiveNoVector() throws IOException {
        assertNull(vector(parse(tiny(), "{\"field\":null}"), "field"));
        assertNull(vector(parse(tiny(), "{}"), "field"));
    }

    public void testOnlyCosineChangesVectors() throws IOException {
        for (String similarity : List.of("max_inner_product", "l2_norm")) {
            assertArrayEquals(VECTOR, vector(parse(tiny(similarity), "{\"field\":[1,2,3,4]}"), "field"), 0);
        }
        assertArrayEquals(
                new float[] {0, 0, 0, 1}, vector(parse(tiny("dot_product"), "{\"field\":[0,0,0,1]}"), "field"), 0);
        assertRefused(
                "field [field] with similarity [dot_product] expects vectors of length 1, got length [5.0]",
                tiny("dot_product"),
                "{\"field\":[3,4,0,0]}");
    }

    private MapperService halves(String similarity, int dimensions) throws IOException {
        return mapped("{\"type\":\"embedding\",\"dimensions\":" + dimensions + ",\"similarity\":\"" + similarity
                + "\",\"index_options\":{\"storage\":\"float16\"}}");
    }

    public void testNumbersTooLargeForHalves() throws IOException {
        for (String similarity : List.of("max_inner_product", "l2_norm")) {
            assertRefused(
                    "field [field] with [storage] [float16] expects numbers from -65504 to 65504, got [70000.0] at index"
                            + " [1]: make the field with [storage] [float32]",
                    halves(similarity, 3),
                    "{\"field\":[1,7e4,3]}");
        }
        float[] unit = vector(parse(halves("cosine", 3), "{\"field\":[0,7e4,0]}"), "field");
        assertArrayEquals(new float[] {0, 1, 0}, unit, 0);
    }

    /** Also where what is read back is brought to length 1 once more: that changes numbers by less than rounding does. */
    public void testHalvesThatAreReadBackAndIndexedAgainStayTheSame() throws IOException {
        float[] given = new float[256];
        for (int i = 0; i < given.length; i++) {
            given[i] = (float) random().nextGaussian();
        }
        float[] unit = VectorUtil.l2normalize(given.clone());
        for (String similarity : List.of("cosine", "dot_product", "l2_norm")) {
            MapperService service = halves(similarity, 256);
            float[] once = vector(parse(service, "{\"field\":" + Arrays.toString(unit) + "}"), "field");
            assertArrayEquals(VectorPrecision.FLOAT16.round("field", unit), once, 0);
            assertArrayEquals(once, vector(parse(service, "{\"field\":" + Arrays.toString(once) + "}"), "field"), 0);
        }
    }

    public void testZeroVector() throws IOException {
        assertRefused(
                "field [field] with similarity [cosine] expects a vector that is not all zeros",
                tiny(),
                "{\"field\":[0,0,0,0]}");
        assertArrayEquals(new float[4], vector(parse(tiny("l2_norm"), "{\"field\":[0,0,0,0]}"), "field"), 0);
    }

    public void testNumbersThatAreNotFinite() throws IOException {
        for (String similarity : List.of("cosine", "dot_product", "max_inner_product", "l2_norm")) {
            MapperService service = tiny(similarity);
            String nan = VectorValue.encode(new float[] {1, Float.NaN, 0, 0});
            assertRefused(
                    "field [field] expects finite numbers, got [NaN] at index [1]",
                    service,
                    "{\"field\":\"" + nan + "\"}");
            assertRefused(
                    "field [field] expects finite numbers, got [Infinity] at index [2]",
                    service,
                    "{\"field\":[0,0,1e39,0]}");
        }
    }

    public void testWrongForms() throws IOException {
        MapperService service = tiny();
        assertRefused("field [field] expects 4 dimensions, got 3", service, "{\"field\":[1,2,3]}");
        assertRefused("field [field] expects 4 dimensions, got 1", service, "{\"field\":\"AACAPw==\"}");
        String forms = "field [field] expects an array of numbers or base64 of little-endian float32, got ";
        assertRefused(forms + "a string of 9 characters that is not base64", service, "{\"field\":\"the stone\"}");
        assertRefused(forms + "START_ARRAY inside the array", service, "{\"field\":[[1,2,3,4],[1,2,3,4]]}");
        assertRefused(forms + "VALUE_STRING inside the array", service, "{\"field\":[\"AACAPw==\",\"AACAPw==\"]}");
        assertRefused(forms + "VALUE_BOOLEAN", service, "{\"field\":true}");
        assertRefused(forms + "VALUE_NUMBER", service, "{\"field\":1}");
        assertRefused(forms + "START_OBJECT", service, "{\"field\":{\"a\":1}}");
    }

    /** Its text may be confidential. */
    public void testErrorsDoNotQuoteTheDocument() throws IOException {
        MapperParsingException e =
                expectThrows(MapperParsingException.class, () -> parse(tiny(), "{\"field\":\"my secret diary\"}"));
        assertFalse(e.toString() + e.getCause(), (e.toString() + e.getCause()).contains("secret"));
    }

    public void testMalformedIsNeverIgnored() throws IOException {
        indexSettings = Settings.builder()
                .put(SETTINGS)
                .put("index.mapping.ignore_malformed", true)
                .build();
        assertRefused("field [field] expects 4 dimensions, got 1", tiny(), "{\"field\":[1]}");
    }

    public void testFieldInAnObject() throws IOException {
        MapperService service = mapped(
                "{\"properties\":{\"v\":{\"type\":\"embedding\",\"model\":\"tiny\",\"similarity\":\"l2_norm\"}}}");
        assertArrayEquals(VECTOR, vector(parse(service, "{\"field\":{\"v\":[1,2,3,4]}}"), "field.v"), 0);
        Exception e = expectThrows(
                MapperParsingException.class,
                () -> parse(service, "{\"field\":[{\"v\":[1,2,3,4]},{\"v\":[4,3,2,1]}]}"));
        assertThat(e.getMessage(), containsString("field [field.v] expects one vector a document, got another"));
    }

    public void testFieldInNestedDocuments() throws IOException {
        MapperService service =
                mapped("{\"type\":\"nested\",\"properties\":{\"v\":{\"type\":\"embedding\",\"model\":\"tiny\","
                        + "\"similarity\":\"l2_norm\"}}}");
        List<ParseContext.Document> documents = service.documentMapper()
                .parse(source("{\"field\":[{\"v\":[1,2,3,4]},{\"v\":[4,3,2,1]},{}]}"))
                .docs();
        assertEquals(4, documents.size());
        assertArrayEquals(VECTOR, vector(documents.get(0), "field.v"), 0);
        assertArrayEquals(new float[] {4, 3, 2, 1}, vector(documents.get(1), "field.v"), 0);
        assertNull(vector(documents.get(2), "field.v"));
        assertNull(vector(documents.get(3), "field.v"));
    }

    public void testTermQueryNamesTheRightOnes() throws IOException {
        MappedFieldType type = tiny().fieldType("field");
        Exception e = expectThrows(IllegalArgumentException.class, () -> type.termQuery("x", null));
        assertEquals(
                "field [field] of type [embedding] holds vectors: search it with the query [embedding] or [hybrid_match]",
                e.getMessage());
        assertFalse(type.isAggregatable());
        assertEquals("embedding", type.typeName());
    }

    public void testFieldsReadTheSource() throws IOException {
        MapperService service = tiny();
        QueryShardContext context = createQueryShardContext(service);
        when(context.sourcePath("field")).thenReturn(Set.of("field"));
        ValueFetcher fetcher = service.fieldType("field").valueFetcher(context, null, null);
        List<Float> expected = List.of(1f, 2f, 3f, 4f);
        assertEquals(expected, fetcher.fetchValues(lookup("{\"field\":[1,2,3,4]}")));
        assertEquals(expected, fetcher.fetchValues(lookup("{\"field\":\"" + VectorValue.encode(VECTOR) + "\"}")));
        assertEquals(List.of(), fetcher.fetchValues(lookup("{\"field\":null}")));
        assertEquals(List.of(), fetcher.fetchValues(lookup("{}")));
    }

    private SourceLookup lookup(String json) {
        SourceLookup lookup = new SourceLookup();
        lookup.setSource(source(json).source());
        return lookup;
    }

    public void testDocvalueFieldsReadTheIndex() throws IOException {
        MapperService service = tiny("l2_norm");
        MappedFieldType type = service.fieldType("field");
        assertEquals(List.of(1f, 2f, 3f, 4f), fetchFromDocValues(service, type, DocValueFormat.RAW, VECTOR));
        assertEquals(List.of(), fetchFromDocValues(service, type, DocValueFormat.RAW, null));
        assertSame(DocValueFormat.RAW, type.docValueFormat(null, null));
        Exception e = expectThrows(IllegalArgumentException.class, () -> type.docValueFormat("#.0", null));
        assertEquals("field [field] of type [embedding] takes no format, got [#.0]", e.getMessage());
    }

    public void testScriptsReadVectorsInAnyOrderOfDocuments() throws IOException {
        MapperService service = tiny("l2_norm");
        List<float[]> vectors = new ArrayList<>();
        while (vectors.size() < 20) {
            vectors.add(randomBoolean() ? null : new float[] {randomInt(9), randomInt(9), randomInt(9), randomInt(9)});
        }
        withLuceneIndex(
                service,
                writer -> {
                    writer.w.getConfig().setMergePolicy(NoMergePolicy.INSTANCE);
                    for (float[] vector : vectors) {
                        ParsedDocument document =
                                service.documentMapper().parse(source("{\"field\":" + Arrays.toString(vector) + "}"));
                        writer.addDocument(document.rootDoc());
                    }
                },
                reader -> {
                    for (LeafReaderContext leaf :
                            new IndexSearcher(reader).getIndexReader().leaves()) {
                        assertScriptValues(service, leaf, vectors);
                    }
                });
    }

    private static void assertScriptValues(MapperService service, LeafReaderContext leaf, List<float[]> vectors)
            throws IOException {
        ScriptDocValues<?> values = service.fieldType("field")
                .fielddataBuilder("index", () -> null)
                .build(null, null)
                .load(leaf)
                .getScriptValues();
        for (int i = 0; i < 100; i++) {
            int doc = randomInt(leaf.reader().maxDoc() - 1);
            values.setNextDocId(doc);
            float[] expected = vectors.get(leaf.docBase + doc);
            assertEquals(expected == null ? List.of() : VectorValue.toList(expected), List.copyOf(values));
        }
    }

    public void testSortAndAggregationAreRefused() throws IOException {
        VectorFieldData data = new VectorFieldData("field");
        Exception sort = expectThrows(IllegalArgumentException.class, () -> data.sortField(null, null, null, false));
        assertEquals("field [field] of type [embedding] cannot be sorted by", sort.getMessage());
        withLuceneIndex(tiny(), writer -> writer.addDocument(new ParseContext.Document()), reader -> {
            Exception bytes = expectThrows(
                    IllegalArgumentException.class,
                    () -> data.load(reader.leaves().getFirst()).getBytesValues());
            assertEquals("field [field] of type [embedding] cannot be aggregated", bytes.getMessage());
        });
    }
}
