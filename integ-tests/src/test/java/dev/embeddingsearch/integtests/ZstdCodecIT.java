/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import dev.embeddingsearch.quickstart.cluster.Node;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/**
 * An index whose documents another plugin's codec compresses with zstd, beside its twin in the default codec: the same
 * hits, scores and documents.
 */
public class ZstdCodecIT {

    /** Each zstd frame begins with these bytes. */
    private static final String FRAME =
            new String(new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD}, StandardCharsets.ISO_8859_1);

    private static Node node;
    private static Http http;
    private static SortedTwins twins;

    @BeforeClass
    public static void start() throws IOException {
        node = Distributions.withZstd().node(ShortLived.single("zstd")).start();
        http = new Http(node.uri());
        http.delete("*").expect(200);
        SortedTwins.create(http, "plain", "default");
        SortedTwins.create(http, "zstd", "zstd");
        twins = new SortedTwins(http, "plain", "zstd");
    }

    @AfterClass
    public static void stop() {
        http.close();
        node.close();
    }

    private static void merge(String index) {
        http.post(index + "/_forcemerge?max_num_segments=1", null).expect(200);
        http.post(index + "/_flush", null).expect(200);
        http.post(index + "/_refresh", null).expect(200);
    }

    private static SegmentFiles files(String index) throws IOException {
        String uuid = http.get(index + "/_settings")
                .at("/" + index + "/settings/index/uuid")
                .asText();
        Path data = node.log().getParent().resolveSibling("data");
        return SegmentFiles.read(data.resolve("nodes/0/indices/" + uuid + "/0/index"));
    }

    /** The file of the stored documents. */
    private static String documents(SegmentFiles files) {
        List<String> names =
                files.names().stream().filter(name -> name.endsWith(".fdt")).toList();
        assertEquals(names.toString(), 1, names.size());
        return new String(files.bytes(names.getFirst()), StandardCharsets.ISO_8859_1);
    }

    private static long graphBytes(String index) {
        return http.get("_plugins/_embedding/stats?off_heap=true")
                .expect(200)
                .at("/total/indices/" + index + "/fields/exact/off_heap/vex")
                .asLong();
    }

    @Test
    public void testManySegmentsAndOne() throws IOException {
        twins.expectSameHits();
        twins.expectDocuments("zstd");
        for (String index : List.of("plain", "zstd")) {
            merge(index);
            assertTrue("a graph in " + index, graphBytes(index) > 0);
        }
        twins.expectSameHits();
        twins.expectDocuments("zstd");
        SegmentFiles plain = files("plain");
        SegmentFiles zstd = files("zstd");
        assertThat(plain.commit(), containsString("Lucene104"));
        assertThat(zstd.commit(), containsString("ZstdForTests"));
        assertThat(documents(zstd), containsString(FRAME));
        assertTrue(documents(zstd).length() < documents(plain).length());
        assertEquals("in the same formats", plain.names(), zstd.names());
    }

    @Test
    public void testRestart() throws IOException {
        node.stop();
        node.start();
        twins.expectSameHits();
        twins.expectDocuments("zstd");
    }

    @Test
    public void testReindexIntoAnotherCodecAndBack() {
        SortedTwins.create(http, "copy", "best_compression");
        reindex("zstd", "copy");
        SortedTwins.create(http, "again", "zstd");
        reindex("copy", "again");
    }

    private static void reindex(String from, String to) {
        http.post(
                        "_reindex?refresh=true",
                        "{\"source\": {\"index\": \"%s\"}, \"dest\": {\"index\": \"%s\"}}".formatted(from, to))
                .expect(200);
        twins.expectDocuments(to);
    }

    @Test
    public void testDocumentsAreNotStoredWithoutVectors() {
        http.put("outside", """
                {"settings": {"index.codec": "zstd", "index.embedding.vectors_in_source": false},
                 "mappings": {"properties": {"v": {"type": "embedding", "dimensions": 3}}}}""")
                .expectError(
                        400,
                        "field [v] cannot be in an index with [index.embedding.vectors_in_source] [false] and [index.codec]"
                                + " [zstd]: documents are stored without vectors by [index.codec] [default, lz4,"
                                + " best_compression, zlib] only. Leave one of the settings out");
    }
}
