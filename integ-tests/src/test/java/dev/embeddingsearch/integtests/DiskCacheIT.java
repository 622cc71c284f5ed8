/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.TextVectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** Vectors on the disk of a real node, which is stopped, killed and started again. */
public class DiskCacheIT {

    private static final int DOCUMENTS = 200;

    private FakeEmbeddingService service;
    private Node node;
    private Http http;

    @Before
    public void start() throws IOException {
        service = new FakeEmbeddingService(TextVectors::ofWords);
        node = Distributions.withPlugin()
                .node(ShortLived.single("disk-cache")
                        .with("embedding.cache.disk.size", "64mb")
                        .with("embedding.url_allowlist", List.of("http://127.0.0.1:*"))
                        .with("embedding.model.default.url", service.url()));
        node.start();
        http = new Http(node.uri());
    }

    @After
    public void stop() {
        http.close();
        node.close();
        service.close();
    }

    private void fill(String index) {
        Articles.create(http, index, 1);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < DOCUMENTS; i++) {
            lines.append("{\"index\": {\"_id\": \"%d\"}}\n{\"body\": \"%s\"}\n".formatted(i, text(i)));
        }
        http.bulk(index + "/_bulk", lines.toString()).expectAllItems();
        assertEquals(DOCUMENTS, Articles.vectors(http, index));
        for (int i = 0; i < DOCUMENTS; i += 37) {
            String vector =
                    http.source(index, Integer.toString(i)).get("meaning").asText();
            assertEquals(Articles.vectorOf(text(i)), vector);
        }
    }

    private static String text(int i) {
        return "curling stone number " + i;
    }

    private void search(String index) {
        String query = """
                {"query": {"embedding": {"field": "meaning", "text": "%s", "k": 3}}}
                """.formatted(text(7));
        assertEquals("7", http.search(index, query).ids().getFirst());
    }

    @Test
    public void testNothingIsEmbeddedTwiceAcrossARestart() throws IOException {
        fill("first");
        assertEquals(DOCUMENTS, service.inputs().size());
        node.stop();
        assertTrue("kept beside the indices", Files.isDirectory(folder()));
        service.reset();
        node.start();
        fill("second");
        search("first");
        search("second");
        assertEquals(List.of(), service.calls());
        http.delete("first,second").expect(200);
        assertTrue("not part of any index", Files.isDirectory(folder()));

        node.kill();
        damage();
        node.start();
        fill("third");
        search("third");
        assertFalse("damaged vectors are embedded anew", service.inputs().isEmpty());
        assertTrue("the others are not", service.inputs().size() < DOCUMENTS);
    }

    private void damage() throws IOException {
        for (Path file : files()) {
            byte[] bytes = Files.readAllBytes(file);
            for (int i = 100; i < bytes.length; i += 5000) {
                bytes[i]++;
            }
            Files.write(file, bytes);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.toList();
        }
    }

    private Path folder() {
        return node.log()
                .getParent()
                .resolveSibling("data")
                .resolve("nodes")
                .resolve("0")
                .resolve("embedding-cache");
    }
}
