/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import static org.hamcrest.Matchers.containsString;
import static org.mockito.Mockito.when;

import dev.embeddingsearch.model.InputType;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.IndexableField;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.mapper.ParseContext;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.search.lookup.SourceLookup;

/** Marks of missing vectors in documents. The inherited tests run once more, which is no harm. */
public class PendingMarkTests extends EmbeddingMapperTestCase {

    private static final String CHILD = "field._embedding_pending";

    @Override
    protected void registerParameters(ParameterChecker checker) {}

    private MapperService tiny() throws IOException {
        return mapped("{\"type\":\"embedding\",\"model\":\"tiny\"}");
    }

    public void testValueRoundTrips() {
        PendingMark plain = new PendingMark("down", null);
        assertEquals(Map.of("_embedding_pending", "down"), plain.value());
        PendingMark told = new PendingMark("down", new PendingMark.Text(List.of("a", "b"), "tiny", InputType.CODE));
        for (PendingMark mark : List.of(plain, told)) {
            assertTrue(PendingMark.is(mark.value()));
            assertEquals(mark, PendingMark.of("field", mark.value()));
        }
        assertFalse(PendingMark.is(Map.of("reason", "down")));
        assertFalse(PendingMark.is("base64"));
        assertFalse(PendingMark.is(null));
    }

    public void testReasonIsIndexedAsAKeywordInPlaceOfTheVector() throws IOException {
        ParseContext.Document document = parse(tiny(), "{\"field\":{\"_embedding_pending\":\"service is down\"}}");
        assertNull(vector(document, "field"));
        IndexableField[] fields = document.getFields(CHILD);
        assertEquals(2, fields.length);
        for (IndexableField field : fields) {
            assertEquals("service is down", field.binaryValue().utf8ToString());
        }
        assertEquals(DocValuesType.SORTED_SET, fields[1].fieldType().docValuesType());
    }

    public void testVectorsComeWithoutMark() throws IOException {
        assertEquals(0, parse(tiny(), "{\"field\":[1,2,3,4]}").getFields(CHILD).length);
    }

    /** The mark belongs to the field: no mapping of its own is there to be strict about, or to be added. */
    public void testStrictMappingTakesMarksAndStaysAsItIs() throws IOException {
        MapperService service = createMapperService(mapping(b -> {}));
        merge("_doc", service, """
                {"_doc":{"dynamic":"strict","properties":{"field":{"type":"embedding","model":"tiny"}}}}""");
        String before = service.documentMapper().mappingSource().toString();
        assertNull(service.documentMapper()
                .parse(source("{\"field\":{\"_embedding_pending\":\"down\"}}"))
                .dynamicMappingsUpdate());
        assertEquals(before, service.documentMapper().mappingSource().toString());
        assertEquals("keyword", service.fieldType(CHILD).typeName());
    }

    public void testOtherObjectsAreRefused() throws IOException {
        MapperService service = tiny();
        for (String object : List.of(
                "{}",
                "{\"reason\":\"down\"}",
                "{\"_embedding_pending\":7}",
                "{\"_embedding_pending\":\"" + "x".repeat(1001) + "\"}",
                "{\"_embedding_pending\":\"down\",\"model\":\"tiny\"}",
                "{\"_embedding_pending\":\"down\",\"more\":1}")) {
            Exception e =
                    expectThrows(MapperParsingException.class, () -> parse(service, "{\"field\":" + object + "}"));
            assertThat(
                    e.getMessage(),
                    containsString("field [field] expects an array of numbers or base64 of little-endian float32, got"
                            + " START_OBJECT that is no mark of a missing vector"));
        }
    }

    public void testFetchedFieldsTellMarkAndVectorApart() throws IOException {
        MapperService service = tiny();
        String mark = "{\"field\":{\"_embedding_pending\":\"down\"}}";
        assertEquals(List.of(), fetch(service, "field", mark));
        assertEquals(List.of("down"), fetch(service, CHILD, mark));
        assertEquals(List.of(1f, 2f, 3f, 4f), fetch(service, "field", "{\"field\":[1,2,3,4]}"));
        assertEquals(List.of(), fetch(service, CHILD, "{\"field\":[1,2,3,4]}"));
        assertEquals(List.of(), fetch(service, CHILD, "{}"));
    }

    private List<Object> fetch(MapperService service, String field, String document) throws IOException {
        QueryShardContext context = createQueryShardContext(service);
        when(context.sourcePath(field)).thenReturn(Set.of("field"));
        SourceLookup lookup = new SourceLookup();
        lookup.setSource(source(document).source());
        return service.fieldType(field).valueFetcher(context, null, null).fetchValues(lookup);
    }
}
