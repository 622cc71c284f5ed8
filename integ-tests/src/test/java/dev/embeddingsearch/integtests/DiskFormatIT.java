/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import dev.embeddingsearch.quickstart.cluster.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;

/**
 * What the plugin's presence changes on disk: nothing for an index without {@code embedding} fields.
 *
 * <p>The same documents are indexed on a node with the plugin and on one without. Every file of the segment must be the
 * same bytes, but for the segment's random id and the checksum over it, see {@link SegmentFiles}.
 */
public class DiskFormatIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final String CODEC = "Lucene104";
    /** Of documents without their vectors. */
    private static final String SPLIT_SOURCE = "EmbeddingSearchSource104";

    private static Node plain;
    private static Http plainHttp;

    @BeforeClass
    public static void start() throws IOException {
        plain = Distributions.plain().node(ShortLived.single("plain")).start();
        plainHttp = new Http(plain.uri());
    }

    @AfterClass
    public static void stop() {
        plainHttp.close();
        plain.close();
    }

    private static SegmentFiles files(Http http, Node node, String index, String codec, String field)
            throws IOException {
        http.put(index, """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 0, "index.codec": "%s",
                    "index.use_compound_file": false, "index.refresh_interval": "-1"},
                 "mappings": {"properties": {
                    "title": {"type": "text", "term_vector": "yes"},
                    "topic": {"type": "keyword"},
                    "year": {"type": "integer"},
                    "place": {"type": "geo_point"},
                    "parts": {"type": "nested", "properties": {"name": {"type": "keyword"}}}%s}}}
                """.formatted(codec, field)).expect(200);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            lines.append("""
                    {"index": {"_id": "%1$d"}}
                    {"title": "title number %1$d", "topic": "topic %1$d", "year": %1$d, "place": "1,%1$d", "parts": [{"name": "%1$d"}]}
                    """.formatted(i % 180));
        }
        http.bulk(index + "/_bulk", lines.toString()).expectAllItems();
        http.post(index + "/_flush", null).expect(200);
        String uuid = http.get(index + "/_settings")
                .at("/" + index + "/settings/index/uuid")
                .asText();
        Path folder = node.log().getParent().resolveSibling("data");
        return SegmentFiles.read(folder.resolve("nodes/0/indices/" + uuid + "/0/index"));
    }

    @Test
    public void testIndexWithoutEmbeddingFieldsIsTheSameBytes() throws IOException {
        for (String codec : Set.of("default", "best_compression")) {
            SegmentFiles with = files(NODE.http(), NODE.node(), "bytes-" + codec, codec, "");
            SegmentFiles without = files(plainHttp, plain, "bytes-" + codec, codec, "");
            assertEquals(without.names(), with.names());
            assertTrue(with.names().toString(), with.names().size() > 10);
            for (String name : without.comparable()) {
                assertArrayEquals(codec + ", " + name, without.bytes(name), with.bytes(name));
            }
            assertTrue(without.commit().contains(CODEC));
            assertTrue(with.commit().contains(CODEC));
        }
    }

    @Test
    public void testIndexWithAnEmbeddingFieldAddsFilesOfItsOwn() throws IOException {
        SegmentFiles with = files(
                NODE.http(),
                NODE.node(),
                "embedded",
                "default",
                ", \"meaning\": {\"type\": \"embedding\", \"dimensions\": 8, \"source_fields\": [\"title\"]}");
        String inSource = NODE.http()
                .get("embedded/_settings?include_defaults=true&flat_settings=true")
                .at("/embedded/defaults/index.embedding.vectors_in_source")
                .asText();
        assertTrue(with.commit().contains("false".equals(inSource) ? SPLIT_SOURCE : CODEC));
        Set<String> without = files(plainHttp, plain, "embedded", "default", "").names();
        assertTrue(with.names().stream().anyMatch(name -> name.contains("EmbeddingSearch") && name.endsWith(".vec")));
        assertTrue(with.names().containsAll(without));
        assertFalse(without.stream().anyMatch(name -> name.endsWith(".vec")));
    }

    @Test
    public void testIndexKnnNeedsTheKnnPlugin() {
        NODE.http().put("knn", "{\"settings\": {\"index.knn\": true}}").expectError(400, "unknown setting [index.knn]");
    }
}
