/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import static org.hamcrest.Matchers.containsString;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.opensearch.Version;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.mapper.MapperServiceTestCase;
import org.opensearch.index.mapper.MappingLookup;
import org.opensearch.plugins.Plugin;

/** Which mappings around a field [m] of type [embedding] are refused, or warned of. */
public class EmbeddingFieldCheckTests extends MapperServiceTestCase {

    @Override
    protected Collection<Plugin> getPlugins() {
        return List.of(new EmbeddingMapperTestCase.FieldTypes());
    }

    static String unmapped(String field, String source) {
        return "field [" + field + "] names [" + source
                + "] in [source_fields], which matches no mapped field yet: is it" + " spelled as in the documents?";
    }

    /** A mapping with [m] beside {@code others}. */
    private static String mapping(String sources, String others) {
        return "{\"_doc\":{\"properties\":{\"m\":{\"type\":\"embedding\",\"model\":\"tiny\",\"source_fields\":"
                + sources + "}," + others + "}}}";
    }

    private MapperService empty() throws IOException {
        return createMapperService(mapping(b -> {}));
    }

    private void assertRefused(String sources, String others, String message) throws IOException {
        MapperService service = empty();
        Exception e =
                expectThrows(IllegalArgumentException.class, () -> merge("_doc", service, mapping(sources, others)));
        assertThat(e.getMessage(), containsString(message));
    }

    private void assertAccepted(String sources, String others) throws IOException {
        merge("_doc", empty(), mapping(sources, others));
    }

    public void testMultiField() throws IOException {
        assertRefused(
                "[\"title.keyword\"]",
                "\"title\":{\"type\":\"text\",\"fields\":{\"keyword\":{\"type\":\"keyword\"}}}",
                "field [m] cannot read [title.keyword] in [source_fields]: it is a multi-field of [title], which documents do"
                        + " not have. Name [title]");
    }

    public void testTargetOfCopies() throws IOException {
        assertRefused(
                "[\"all\"]",
                "\"all\":{\"type\":\"text\"},\"a\":{\"type\":\"text\",\"copy_to\":\"all\"}",
                "field [m] cannot read [all] in [source_fields]: it is filled by [copy_to], which documents do not show. Name"
                        + " the fields copied there: [a]");
    }

    public void testObjects() throws IOException {
        for (String object : List.of(
                "\"sec\":{\"properties\":{\"t\":{\"type\":\"text\"}}}",
                "\"sec\":{\"type\":\"object\"}",
                "\"sec\":{\"type\":\"nested\"}")) {
            assertRefused(
                    "[\"sec\"]",
                    object,
                    "field [m] cannot read [sec] in [source_fields]: it is an object. Name the fields inside it, or [sec.*]");
        }
    }

    public void testMetadata() throws IOException {
        for (String name : List.of("_id", "_source", "_index", "_routing", "_version", "_ingest")) {
            assertRefused(
                    "[\"t\",\"" + name + "\"]",
                    "\"t\":{\"type\":\"text\"}",
                    "field [m] cannot read [" + name
                            + "] in [source_fields]: it is no field of documents, but metadata. Name"
                            + " fields with text");
        }
    }

    public void testTypesWithoutText() throws IOException {
        for (String type : List.of("binary", "flat_object", "integer_range")) {
            assertRefused(
                    "[\"x\"]",
                    "\"x\":{\"type\":\"" + type + "\"}",
                    "field [m] cannot read [x] in [source_fields]: fields of type [" + type + "] hold no text");
        }
        assertRefused(
                "[\"x\"]",
                "\"x\":{\"type\":\"embedding\",\"model\":\"tiny\"}",
                "fields of type [embedding] hold no text");
    }

    public void testAliasOfWhatCannotBeRead() throws IOException {
        assertRefused(
                "[\"short\"]",
                "\"short\":{\"type\":\"alias\",\"path\":\"t.k\"},"
                        + "\"t\":{\"type\":\"text\",\"fields\":{\"k\":{\"type\":\"keyword\"}}}",
                "field [m] cannot read [short] in [source_fields]: it is a multi-field of [t]");
    }

    public void testListsInLists() throws IOException {
        MapperService service = empty();
        for (String sources : List.of("[[\"a\",\"b\"]]", "[{\"a\":1}]", "[null]")) {
            Exception e = expectThrows(
                    Exception.class, () -> merge("_doc", service, mapping(sources, "\"a\":{\"type\":\"text\"}")));
            assertThat(
                    e.getMessage(),
                    containsString(
                            "[source_fields] expects names of fields in one list, such as [\"title\", \"body\"], got ["));
        }
    }

    public void testCopiesOfTextToAnEmbedding() throws IOException {
        for (String sources : List.of("[]", "[\"t\"]")) {
            assertRefused(
                    sources,
                    "\"t\":{\"type\":\"text\",\"copy_to\":[\"m\"]}",
                    "[copy_to] of [t] copies text to field [m], which takes vectors. Take [copy_to] out, and name the fields"
                            + " in [source_fields] of [m]");
        }
    }

    public void testWhatCanBeRead() throws IOException {
        assertAccepted(
                "[\"t\"]", "\"t\":{\"type\":\"text\",\"fields\":{\"k\":{\"type\":\"keyword\"}},\"copy_to\":\"c\"}");
        assertAccepted("\"t, n, o.b\"", """
                "t":{"type":"keyword"},"n":{"type":"integer"},"o":{"properties":{"b":{"type":"boolean"}}}""");
        assertAccepted("[\"s\"]", "\"s\":{\"type\":\"alias\",\"path\":\"t\"},\"t\":{\"type\":\"text\"}");
        assertAccepted("[\"l.t\"]", "\"l\":{\"type\":\"nested\",\"properties\":{\"t\":{\"type\":\"text\"}}}");
        assertAccepted("[\"sec.*\"]", "\"sec\":{\"properties\":{\"t\":{\"type\":\"text\"}}}");
    }

    public void testDottedNamesWithoutObjects() throws IOException {
        MapperService service = createMapperService(topMapping(b -> b.field("disable_objects", true)));
        merge(
                "_doc",
                service,
                mapping("[\"a\",\"a.b\"]", "\"a\":{\"type\":\"text\"},\"a.b\":{\"type\":\"text\"}")
                        .replace("{\"properties\"", "{\"disable_objects\":true,\"properties\""));
    }

    public void testFieldsToComeAreWarnedOf() throws IOException {
        assertAccepted("[\"t\",\"titel\",\"sec.*\"]", "\"t\":{\"type\":\"text\"}");
        assertWarnings(unmapped("m", "titel"), unmapped("m", "sec.*"));
    }

    public void testLaterUpdateThatTakesTheTextAway() throws IOException {
        MapperService service = empty();
        merge("_doc", service, mapping("[\"t\"]", "\"u\":{\"type\":\"text\"}"));
        assertWarnings(unmapped("m", "t"));
        for (String update : List.of(
                "\"t\":{\"properties\":{\"u\":{\"type\":\"text\"}}}",
                "\"t\":{\"type\":\"text\"},\"u\":{\"type\":\"text\",\"copy_to\":\"t\"}",
                "\"t\":{\"type\":\"binary\"}",
                "\"u\":{\"type\":\"text\",\"copy_to\":\"m\"}")) {
            expectThrows(
                    IllegalArgumentException.class,
                    () -> merge("_doc", service, "{\"_doc\":{\"properties\":{" + update + "}}}"));
        }
    }

    private static IndexMetadata index(String mapping, Settings settings) {
        IndexMetadata.Builder index = IndexMetadata.builder("index")
                .settings(Settings.builder()
                        .put(IndexMetadata.SETTING_VERSION_CREATED, Version.CURRENT)
                        .put(settings))
                .numberOfShards(1)
                .numberOfReplicas(0);
        try {
            return mapping == null ? index.build() : index.putMapping(mapping).build();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void check(MappingLookup mappers, IndexMetadata index) {
        new EmbeddingFieldCheck("m", List.of("_id", "t.k", "titel")).check(mappers, index);
    }

    /** Version 0.1.0 accepted anything. */
    public void testAnIndexWithFaultsOpensAndTakesOtherFields() throws IOException {
        String faulty = "\"t\":{\"type\":\"text\",\"fields\":{\"k\":{\"type\":\"keyword\"}}}";
        MapperService service = empty();
        // The mappers of a faulty mapping, which the service itself would refuse.
        merge("_doc", service, "{\"_doc\":{\"properties\":{" + faulty + ",\"new\":{\"type\":\"text\"}}}}");
        MappingLookup mappers = service.documentMapper().mappers();
        expectThrows(IllegalArgumentException.class, () -> check(mappers, index(null, Settings.EMPTY)));
        check(mappers, index(mapping("[\"_id\",\"t.k\",\"titel\"]", faulty), Settings.EMPTY));
        check(
                mappers,
                index(
                        null,
                        Settings.builder()
                                .put("index.resize.source.uuid", "u")
                                .put("index.resize.source.name", "n")
                                .build()));
        Exception e = expectThrows(
                IllegalArgumentException.class,
                () -> check(
                        mappers,
                        index(mapping("[\"_id\",\"t.k\",\"titel\"]", "\"t\":{\"type\":\"text\"}"), Settings.EMPTY)));
        assertThat("only what is new", e.getMessage(), containsString("cannot read [t.k]"));
    }
}
