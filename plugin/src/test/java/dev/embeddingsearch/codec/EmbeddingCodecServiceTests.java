/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codec;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.instanceOf;

import dev.embeddingsearch.mapper.EmbeddingFieldMapper;
import dev.embeddingsearch.mapper.VectorsInSource;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.source.SplitSourceCodec;
import dev.embeddingsearch.vectors.EmbeddingVectorsFormat;
import dev.embeddingsearch.vectors.Float16QuantizedVectorsFormat;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.codecs.compressing.DeflateWithPresetCompressingCodec;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.Version;
import org.opensearch.common.compress.CompressedXContent;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.codec.CodecService;
import org.opensearch.index.codec.CodecServiceConfig;
import org.opensearch.index.codec.composite.composite104.Composite104Codec;
import org.opensearch.index.mapper.Mapper;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.mapper.MapperServiceTestCase;
import org.opensearch.plugins.MapperPlugin;
import org.opensearch.plugins.Plugin;

public class EmbeddingCodecServiceTests extends MapperServiceTestCase {

    private static final Logger LOGGER = LogManager.getLogger(EmbeddingCodecServiceTests.class);
    private static final List<String> OWN_NAMES =
            List.of("default", "lz4", "best_compression", "zlib", "lucene_default");
    private static final String MAPPING = """
            {"_doc":{"properties":{
              "v":{"type":"embedding","dimensions":4096,"similarity":"cosine"},
              "w":{"type":"embedding","dimensions":3,"index_options":{"type":"flat"}},
              "x":{"type":"embedding","dimensions":3,"index_options":{"quantization":"none"}},
              "y":{"type":"embedding","dimensions":5,"index_options":{"quantization":"none"}},
              "z":{"type":"embedding","dimensions":3,"index_options":{"type":"flat","quantization":"int4"}},
              "h":{"type":"embedding","dimensions":3,"index_options":{"storage":"float16"}},
              "o":{"properties":{"v":{"type":"embedding","dimensions":3,"index_options":{"m":4}}}},
              "title":{"type":"text"},"rank":{"type":"long"}}}}""";

    private Settings indexSettings = Settings.builder()
            .put(SETTINGS)
            .put(VectorsInSource.SETTING.getKey(), true)
            .build();

    private static final class FieldTypes extends Plugin implements MapperPlugin {
        @Override
        public Map<String, Mapper.TypeParser> getMappers() {
            return Map.of(
                    EmbeddingFieldMapper.CONTENT_TYPE,
                    EmbeddingFieldMapper.parser(new Models(Settings.EMPTY), () -> null));
        }
    }

    @Override
    protected Collection<Plugin> getPlugins() {
        return List.of(new FieldTypes());
    }

    @Override
    protected Settings getIndexSettings() {
        return indexSettings;
    }

    private static CodecServiceConfig config(MapperService mapperService) {
        return new CodecServiceConfig(mapperService.getIndexSettings(), mapperService, LOGGER, List.of());
    }

    private static CodecService service(MapperService mapperService) {
        return EmbeddingCodecService.factory(Settings.EMPTY, GraphThreads.ONE)
                .orElseThrow()
                .createCodecService(config(mapperService));
    }

    private static CodecService stock(MapperService mapperService) {
        return new CodecService(mapperService, mapperService.getIndexSettings(), LOGGER, List.of());
    }

    private static KnnVectorsFormat vectors(Codec codec, String field) {
        return ((PerFieldKnnVectorsFormat) codec.knnVectorsFormat()).getKnnVectorsFormatForField(field);
    }

    public void testNamesAndAllOtherFormatsAreKept() throws IOException {
        MapperService mapperService = createMapperService("_doc", MAPPING);
        CodecService ours = service(mapperService);
        CodecService stock = stock(mapperService);
        assertEquals(List.of(stock.availableCodecs()), List.of(ours.availableCodecs()));
        for (String name : ours.availableCodecs()) {
            assertEquals(stock.codec(name).getName(), ours.codec(name).getName());
        }
        for (String name : OWN_NAMES) {
            Codec before = stock.codec(name);
            Codec after = ours.codec(name);
            assertSame(
                    before.postingsFormat().getClass(), after.postingsFormat().getClass());
            assertSame(
                    before.docValuesFormat().getClass(), after.docValuesFormat().getClass());
            assertSame(
                    before.storedFieldsFormat().getClass(),
                    after.storedFieldsFormat().getClass());
        }
        Exception e = expectThrows(IllegalArgumentException.class, () -> ours.codec("absent"));
        assertEquals("failed to find codec [absent]", e.getMessage());
    }

    public void testEmbeddingFieldsGetOurFormatAndOthersTheDelegates() throws IOException {
        MapperService mapperService = createMapperService("_doc", MAPPING);
        for (String name : OWN_NAMES) {
            Codec codec = service(mapperService).codec(name);
            for (String field : List.of("v", "o.v", "z")) {
                assertThat(vectors(codec, field), instanceOf(QuantizedVectorsFormat.class));
            }
            assertEquals(Float16QuantizedVectorsFormat.NAME, vectors(codec, "h").getName());
            assertEquals(QuantizedVectorsFormat.NAME, vectors(codec, "v").getName());
            for (String field : List.of("w", "x")) {
                assertThat(vectors(codec, field), instanceOf(EmbeddingVectorsFormat.class));
            }
            assertThat(vectors(codec, "v").toString(), containsString("(binary, "));
            assertThat(vectors(codec, "o.v").toString(), containsString("(int8, "));
            assertThat(vectors(codec, "z").toString(), containsString("(int4, "));
            for (String field : List.of("unmapped", "title")) {
                assertEquals(
                        vectors(stock(mapperService).codec(name), field).getName(),
                        vectors(codec, field).getName());
            }
            assertNotSame("other options", vectors(codec, "v"), vectors(codec, "w"));
            assertNotSame("other options", vectors(codec, "v"), vectors(codec, "o.v"));
            assertSame("one set of files", vectors(codec, "v"), vectors(codec, "v"));
            assertSame("one set of files", vectors(codec, "x"), vectors(codec, "y"));
        }
    }

    public void testMergesHaveTheThreadsThatTheSchedulerCanSpare() throws IOException {
        for (int threads : new int[] {1, 2, 4}) {
            indexSettings = Settings.builder()
                    .put(SETTINGS)
                    .put("index.merge.scheduler.max_thread_count", threads)
                    .put("index.merge.scheduler.max_merge_count", 8)
                    .build();
            Codec codec = service(createMapperService("_doc", MAPPING)).codec("default");
            for (String field : List.of("v", "h")) {
                assertThat(
                        vectors(codec, field).toString(), endsWith("merge_workers=" + Math.max(1, threads - 1) + ")"));
            }
        }
    }

    public void testDocumentsWithoutVectorsAreWrittenByACodecOfTheirOwn() throws IOException {
        indexSettings = Settings.builder()
                .put(SETTINGS)
                .put(VectorsInSource.SETTING.getKey(), false)
                .build();
        MapperService mapperService = createMapperService("_doc", MAPPING);
        for (String name : List.of("default", "lz4", "best_compression", "zlib")) {
            Codec codec = service(mapperService).codec(name);
            assertEquals(SplitSourceCodec.NAME, codec.getName());
            assertThat(vectors(codec, "v"), instanceOf(QuantizedVectorsFormat.class));
        }
    }

    public void testByDefaultOnlyShardsOpenedWithAFieldHaveThatCodec() throws IOException {
        assumeFalse("keeps them in documents by default", Version.CURRENT.equals(Version.V_3_6_0));
        indexSettings = SETTINGS;
        MapperService mapped = createMapperService("_doc", MAPPING);
        assertEquals(SplitSourceCodec.NAME, service(mapped).codec("default").getName());
        MapperService later = createMapperService("_doc", "{\"_doc\":{}}");
        assertEquals("Lucene104", service(later).codec("default").getName());
        later.merge("_doc", new CompressedXContent(MAPPING), MapperService.MergeReason.MAPPING_UPDATE);
        assertEquals(
                "of a shard that is opened later",
                SplitSourceCodec.NAME,
                service(later).codec("default").getName());
    }

    public void testFieldsMappedLaterAreSeen() throws IOException {
        MapperService mapperService = createMapperService("_doc", "{\"_doc\":{}}");
        Codec codec = service(mapperService).codec("default");
        assertFalse(vectors(codec, "v") instanceof QuantizedVectorsFormat);
        merge("_doc", mapperService, MAPPING);
        assertThat(vectors(codec, "v"), instanceOf(QuantizedVectorsFormat.class));
    }

    public void testWithoutMappingsCodecsAreTheStockOnes() throws IOException {
        MapperService mapperService = createMapperService("_doc", MAPPING);
        CodecServiceConfig config = new CodecServiceConfig(mapperService.getIndexSettings(), null, LOGGER, List.of());
        for (String name : OWN_NAMES) {
            assertFalse(new EmbeddingCodecService(config, GraphThreads.ONE).codec(name) instanceof EmbeddingCodec);
        }
    }

    public void testIndicesOfOtherOwnersAreLeftToThem() {
        assertTrue(
                EmbeddingCodecService.factory(Settings.EMPTY, GraphThreads.ONE).isPresent());
        for (String setting : List.of("index.knn", "index.sparse")) {
            assertTrue(EmbeddingCodecService.factory(
                            Settings.builder().put(setting, false).build(), GraphThreads.ONE)
                    .isPresent());
            assertTrue(EmbeddingCodecService.factory(
                            Settings.builder().put(setting, true).build(), GraphThreads.ONE)
                    .isEmpty());
        }
    }

    /** Writes {@code documents} into one segment; a merge has been on the way. */
    private void write(Directory directory, Codec codec, MapperService mapperService, String... documents)
            throws IOException {
        IndexWriterConfig config = new IndexWriterConfig(mapperService.indexAnalyzer())
                .setCodec(codec)
                .setMergePolicy(new LogDocMergePolicy()) // keeps the order of documents
                .setMergeScheduler(new SerialMergeScheduler());
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (String document : documents) {
                writer.addDocument(
                        mapperService.documentMapper().parse(source(document)).rootDoc());
                writer.flush();
            }
            writer.forceMerge(1);
        }
    }

    private static Map<String, Long> files(Directory directory) throws IOException {
        Map<String, Long> files = new TreeMap<>();
        for (String file : directory.listAll()) {
            if (!file.equals(IndexWriter.WRITE_LOCK_NAME)) {
                files.put(file, directory.fileLength(file));
            }
        }
        return files;
    }

    /** Segments carry random ids, so names and lengths it is. */
    public void testIndexWithoutVectorsHasTheFilesItHad() throws IOException {
        MapperService mapperService = createMapperService("_doc", MAPPING);
        String[] documents = {"{\"title\":\"one two\",\"rank\":1}", "{\"title\":\"three\",\"rank\":2}", "{}"};
        for (String name : OWN_NAMES) {
            try (Directory ours = new ByteBuffersDirectory();
                    Directory stock = new ByteBuffersDirectory()) {
                write(ours, service(mapperService).codec(name), mapperService, documents);
                write(stock, stock(mapperService).codec(name), mapperService, documents);
                assertEquals(files(stock), files(ours));
            }
        }
    }

    private static float[] randomVector(int dimensions) {
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) random().nextGaussian();
        }
        return VectorUtil.l2normalize(vector);
    }

    private static String json(float[] vector) {
        return Arrays.toString(vector);
    }

    public void testVectorsAreReadBackByTheNameOfTheFormatAlone() throws IOException {
        MapperService mapperService = createMapperService("_doc", MAPPING);
        for (String name : OWN_NAMES) {
            float[] large = randomVector(4096);
            float[] small = randomVector(3);
            try (Directory directory = newDirectory()) {
                write(
                        directory,
                        service(mapperService).codec(name),
                        mapperService,
                        "{\"v\":" + json(large) + ",\"title\":\"a\"}",
                        "{\"title\":\"b\"}",
                        "{\"o\":{\"v\":" + json(small) + "}}");
                try (DirectoryReader reader = DirectoryReader.open(directory)) {
                    SegmentReader leaf =
                            (SegmentReader) reader.leaves().getFirst().reader();
                    assertEquals(
                            stock(mapperService).codec(name).getName(),
                            leaf.getSegmentInfo().info.getCodec().getName());
                    assertVector(large, leaf, "v", 0);
                    assertVector(small, leaf, "o.v", 2);
                }
            }
        }
    }

    /** As {@code zstd} is, which another plugin brings: documents compressed in its own way, under its own name. */
    public void testCodecsOfOtherPluginsKeepTheirNameAndWriteOurVectors() throws IOException {
        MapperService mapperService = createMapperService("_doc", MAPPING);
        Codec theirs = new DeflateWithPresetCompressingCodec();
        CodecServiceConfig config = new CodecServiceConfig(
                mapperService.getIndexSettings(),
                mapperService,
                LOGGER,
                List.of((mappers, settings, standard) -> Map.of("theirs", theirs)));
        Codec codec = EmbeddingCodecService.factory(Settings.EMPTY, GraphThreads.ONE)
                .orElseThrow()
                .createCodecService(config)
                .codec("theirs");
        assertSame(theirs.storedFieldsFormat(), codec.storedFieldsFormat());
        float[] vector = randomVector(4096);
        try (Directory directory = newDirectory()) {
            write(directory, codec, mapperService, "{\"v\":" + json(vector) + ",\"title\":\"a\"}", "{\"title\":\"b\"}");
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                SegmentReader leaf = (SegmentReader) reader.leaves().getFirst().reader();
                assertEquals(
                        theirs.getName(), leaf.getSegmentInfo().info.getCodec().getName());
                assertVector(vector, leaf, "v", 0);
            }
        }
    }

    private static void assertVector(float[] expected, LeafReader leaf, String field, int doc) throws IOException {
        FieldInfo info = leaf.getFieldInfos().fieldInfo(field);
        assertEquals(QuantizedVectorsFormat.NAME, info.getAttribute(PerFieldKnnVectorsFormat.PER_FIELD_FORMAT_KEY));
        FloatVectorValues values = leaf.getFloatVectorValues(field);
        assertEquals(1, values.size());
        assertEquals(doc, values.iterator().nextDoc());
        assertArrayEquals(expected, values.vectorValue(0), 1e-6f);
    }

    public void testStarTreeKeepsItsCodecAndVectorsOurs() throws IOException {
        indexSettings = Settings.builder()
                .put(SETTINGS)
                .put("index.composite_index", true)
                .put("index.append_only.enabled", true)
                .build();
        MapperService mapperService = createMapperService("_doc", """
                {"_doc":{"composite":{"star":{"type":"star_tree","config":{
                    "ordered_dimensions":[{"name":"a"},{"name":"b"}],"metrics":[{"name":"rank","stats":["sum"]}]}}},
                  "properties":{"a":{"type":"integer"},"b":{"type":"integer"},"rank":{"type":"integer"},
                    "v":{"type":"embedding","dimensions":2000}}}}""");
        assertTrue(mapperService.isCompositeIndexPresent());
        Codec codec = service(mapperService).codec("default");
        assertEquals(Composite104Codec.COMPOSITE_INDEX_CODEC_NAME, codec.getName());
        assertThat(vectors(codec, "v"), instanceOf(QuantizedVectorsFormat.class));
        float[] vector = randomVector(2000);
        try (Directory directory = newDirectory()) {
            write(
                    directory,
                    codec,
                    mapperService,
                    "{\"a\":1,\"b\":2,\"rank\":3,\"v\":" + json(vector) + "}",
                    "{\"a\":1,\"b\":3,\"rank\":4}");
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                assertVector(vector, reader.leaves().getFirst().reader(), "v", 0);
            }
        }
    }
}
