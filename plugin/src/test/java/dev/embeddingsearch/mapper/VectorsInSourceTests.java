/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.source.SplitSourceCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.BytesRef;
import org.opensearch.Version;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.index.mapper.Mapper;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.mapper.MapperServiceTestCase;
import org.opensearch.index.mapper.ParseContext;
import org.opensearch.index.mapper.ParsedDocument;
import org.opensearch.index.mapper.SourceToParse;
import org.opensearch.plugins.MapperPlugin;
import org.opensearch.plugins.Plugin;

/** What is stored of a document where its vectors are left out, and what is read back. */
public class VectorsInSourceTests extends MapperServiceTestCase {

    private static final String FIELDS = """
            "v":{"type":"embedding","dimensions":4},
            "o":{"properties":{"v":{"type":"embedding","dimensions":4,"similarity":"l2_norm"}}},
            "parts":{"type":"nested","properties":{"v":{"type":"embedding","dimensions":4}}},
            "title":{"type":"text"}""";

    private Settings.Builder indexSettings =
            Settings.builder().put(SETTINGS).put(VectorsInSource.SETTING.getKey(), false);

    private static final class FieldTypes extends Plugin implements MapperPlugin {
        @Override
        public Map<String, Mapper.TypeParser> getMappers() {
            return Map.of(
                    EmbeddingFieldMapper.CONTENT_TYPE,
                    EmbeddingFieldMapper.parser(new Models(Settings.EMPTY), () -> null));
        }

        @Override
        public List<Setting<?>> getSettings() {
            return List.of(VectorsInSource.SETTING);
        }
    }

    @Override
    protected Collection<Plugin> getPlugins() {
        return List.of(new FieldTypes());
    }

    @Override
    protected Settings getIndexSettings() {
        return indexSettings.build();
    }

    private MapperService mapped() throws IOException {
        return createMapperService("_doc", "{\"_doc\":{\"properties\":{" + FIELDS + "}}}");
    }

    private static ParsedDocument parse(MapperService service, String json) {
        return service.documentMapper().parse(new SourceToParse("i", "1", new BytesArray(json), XContentType.JSON));
    }

    private static BytesRef stored(ParsedDocument document) {
        return document.rootDoc().getField("_source").storedValue().getBinaryValue();
    }

    private static String readBack(ParsedDocument document) throws IOException {
        try (Directory directory = new ByteBuffersDirectory()) {
            IndexWriterConfig config = new IndexWriterConfig().setCodec(new SplitSourceCodec(new Lucene104Codec()));
            try (IndexWriter writer = new IndexWriter(directory, config)) {
                writer.addDocuments(new ArrayList<Iterable<? extends IndexableField>>(document.docs()));
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                int root = reader.maxDoc() - 1;
                return reader.storedFields()
                        .document(root)
                        .getBinaryValue("_source")
                        .utf8ToString();
            }
        }
    }

    private static float[] randomVector() {
        float scale = randomFrom(1e-3f, 1f, 5f, 1e6f);
        return new float[] {
            scale * randomFloat(), scale, -scale * randomFloat(), scale * (randomBoolean() ? 0 : randomFloat())
        };
    }

    public void testBase64ComesBackByteForByte() throws IOException {
        MapperService service = mapped();
        for (int i = 0; i < 50; i++) {
            String json = "{\"title\": \"ünder\", \"v\" : \"" + VectorValue.encode(randomVector()) + "\", \"o.v\":\""
                    + VectorValue.encode(randomVector()) + "\"}";
            ParsedDocument document = parse(service, json);
            assertTrue(stored(document).length < json.length() - 20);
            assertEquals(json, document.source().utf8ToString());
            assertEquals(json, document.rootDoc().getBinaryValue("_source").utf8ToString());
            assertEquals(json, readBack(document));
        }
    }

    public void testArraysComeBackAsTheFloatsTheyAre() throws IOException {
        MapperService service = mapped();
        assertEquals(
                "{\"v\":[3.0,0.0,4.0,0.1],\"o\":{\"v\":[0.1,1.0E-10,2.0,-0.0]}}",
                readBack(parse(service, "{\"v\":[3, 0, 4, 0.1000000000001],\"o\":{\"v\":[0.1, 1e-10, 2.0, -0.0]}}")));
    }

    /** Indexed again they are what they are: {@code o.v} as it was read, {@code v} at length 1. */
    public void testHalvesComeBackRounded() throws IOException {
        String storage = ",\"index_options\":{\"storage\":\"float16\"}";
        MapperService service = createMapperService(
                "_doc",
                "{\"_doc\":{\"properties\":{\"v\":{\"type\":\"embedding\",\"dimensions\":64" + storage + "},"
                        + "\"w\":{\"type\":\"embedding\",\"dimensions\":4,\"similarity\":\"l2_norm\"" + storage
                        + "}}}}");
        float[] vector = new float[64];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random().nextGaussian() * randomFrom(1e-9f, .1f, 3f);
        }
        vector[0] = 1;
        String back = readBack(parse(service, "{\"v\":" + Arrays.toString(vector) + ",\"w\":[0.1, 1e-10, 2.0, -0.0]}"));
        assertTrue(back, back.endsWith(",\"w\":[0.099975586,0.0,2.0,-0.0]}"));
        String again = readBack(parse(service, back));
        float[] once = numbers(back);
        float[] twice = numbers(again);
        for (int i = 0; i < vector.length; i++) {
            assertEquals(vector[i], once[i], Math.max(2e-6, Math.abs(vector[i]) / 2_000));
            assertEquals(once[i], twice[i], Math.max(2e-6, Math.abs(vector[i]) / 500));
        }
    }

    /** Of the first array. */
    private static float[] numbers(String json) {
        String[] texts =
                json.substring(json.indexOf('[') + 1, json.indexOf(']')).split(",", -1);
        float[] numbers = new float[texts.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Float.parseFloat(texts[i]);
        }
        return numbers;
    }

    public void testEverythingElseStaysInItsPlace() throws IOException {
        MapperService service = mapped();
        String vector = "\"" + VectorValue.encode(randomVector()) + "\"";
        for (String json : List.of(
                "{\"title\":\"no vector\"}",
                "{\"v\":null}",
                "{\"v\":{\"_embedding_pending\":\"why\"},\"o\":{\"x\":1}}",
                "{\"o\":[{\"a\":1},{\"v\":" + vector + "}],\"z\":[1.50]}",
                "{\"v\":" + vector + ",\"copy\":" + vector + "}",
                "{\"parts\":[{\"v\":" + vector + "},{\"v\":" + vector + "}],\"v\":" + vector + "}")) {
            assertEquals(json, readBack(parse(service, json)));
        }
    }

    public void testNestedVectorsStay() throws IOException {
        String json = "{\"parts\":[{\"v\":[1.0,2.0,3.0,4.0]}]}";
        assertEquals(json, stored(parse(mapped(), json)).utf8ToString());
    }

    public void testOtherFormatsThanJsonAreStoredWhole() throws IOException {
        MapperService service = mapped();
        for (XContentType type : List.of(XContentType.CBOR, XContentType.SMILE, XContentType.YAML)) {
            XContentBuilder builder = XContentBuilder.builder(type.xContent());
            BytesReference source = BytesReference.bytes(builder.startObject()
                    .field("v", VectorValue.encode(randomVector()))
                    .endObject());
            ParsedDocument document = service.documentMapper().parse(new SourceToParse("i", "1", source, type));
            assertEquals(source.toBytesRef(), stored(document));
        }
    }

    /** Not a constant in each version of OpenSearch that we build for. */
    private static final Version LATER = Version.fromString("3.7.0");

    private static boolean inSource(Version created, String setting, Object value) {
        Settings.Builder settings = Settings.builder().put(IndexMetadata.SETTING_VERSION_CREATED, created);
        return VectorsInSource.SETTING.get(
                settings.put(setting, value.toString()).build());
    }

    public void testDefault() {
        assertFalse(inSource(LATER, "index.codec", "default"));
        assertFalse(inSource(LATER, "index.codec", "best_compression"));
        assertTrue(inSource(LATER, "index.codec", "lucene_default"));
        for (String setting :
                List.of("index.knn", "index.sparse", "index.composite_index", "index.derived_source.enabled")) {
            assertTrue(inSource(LATER, setting, true));
        }
        assertTrue("may be of 0.1.0", inSource(Version.V_3_6_0, "index.codec", "default"));
        assertFalse(inSource(Version.V_3_6_0, VectorsInSource.SETTING.getKey(), false));
        assertTrue(inSource(LATER, VectorsInSource.SETTING.getKey(), true));
    }

    private void expectStored(boolean whole) throws IOException {
        String json = "{\"v\":[1.0,2.0,3.0,4.0]}";
        ParsedDocument document = parse(mapped(), json);
        assertEquals(whole, stored(document).bytesEquals(new BytesRef(json)));
        assertEquals(!whole, document.rootDoc().getField("_source") instanceof SplitSourceField);
    }

    public void testDocumentsAreStoredByTheDefault() throws IOException {
        indexSettings = Settings.builder().put(SETTINGS);
        expectStored(Version.CURRENT.before(LATER));
        indexSettings.put("index.codec", "lucene_default");
        expectStored(true);
    }

    public void testCodecsThatCannot() {
        expectRefused("index.codec", "lucene_default");
        expectRefused("index.knn", "true");
        expectRefused("index.sparse", "true");
        expectRefused("index.composite_index", "true");
    }

    private void expectRefused(String setting, String value) {
        indexSettings = Settings.builder()
                .put(SETTINGS)
                .put(VectorsInSource.SETTING.getKey(), false)
                .put(setting, value)
                .put("index.append_only.enabled", setting.equals("index.composite_index"));
        Exception e = expectThrows(MapperParsingException.class, () -> mapped());
        assertTrue(
                e.getMessage(),
                e.getMessage()
                        .contains("] cannot be in an index with [index.embedding.vectors_in_source] [false] and ["
                                + setting + "] [" + value + "]: documents are stored without vectors by [index.codec]"
                                + " [default, lz4, best_compression, zlib] only. Leave one of the settings out"));
    }

    public void testDocumentThatKeepsNoSource() {
        ParseContext.Document root = new ParseContext.Document();
        SplitSourceField.leaveOut(root, "v", new float[] {1}, new float[] {1});
        assertTrue("no source, nothing to leave out of", root.getFields().isEmpty());
    }
}
