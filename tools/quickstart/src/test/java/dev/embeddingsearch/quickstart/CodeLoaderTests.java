/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import com.sun.net.httpserver.HttpServer;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class CodeLoaderTests {

    private static final String LOOK = "GET /code/_mapping";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private HttpServer cluster;
    private String mapping = "{}";

    @Before
    public void startCluster() throws IOException {
        cluster = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        cluster.createContext("/", exchange -> {
            requests.add(
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
            byte[] reply = mapping.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, reply.length);
            exchange.getResponseBody().write(reply);
            exchange.close();
        });
        cluster.start();
    }

    @After
    public void stopCluster() {
        cluster.stop(0);
    }

    private URI uri() {
        return URI.create("http://127.0.0.1:" + cluster.getAddress().getPort() + "/");
    }

    private void dropForeignIndex() {
        try (Rest rest = new Rest(uri())) {
            new CodeLoader(rest, Path.of("indexer.jar")).dropForeignIndex();
        }
    }

    @Test
    public void testTheIndexersOwnIndexStays() {
        mapping = """
                {"code": {"mappings": {"properties": {
                  "path": {"type": "text", "fields": {"raw": {"type": "keyword"}}}}}}}""";
        dropForeignIndex();
        assertEquals(List.of(LOOK), requests);
    }

    @Test
    public void testAnotherIndexOfThatNameGoes() {
        mapping = """
                {"code": {"mappings": {"properties": {"path": {"type": "keyword"}}}}}""";
        dropForeignIndex();
        assertEquals(List.of(LOOK, "DELETE /code"), requests);
    }

    @Test
    public void testAMissingIndexIsFine() {
        dropForeignIndex();
        assertEquals(List.of(LOOK), requests);
    }

    @Test
    public void testTheIndexerMustHaveBeenBuilt() {
        Path jar = folder.getRoot().toPath().resolve("no.jar");
        assertEquals("There is no code indexer at [" + jar + "]: build the project first.", refusal(jar));
        assertEquals(List.of(), requests);
    }

    @Test
    public void testAnIndexerThatFailsIsAnError() throws IOException {
        Path jar = folder.newFile("broken.jar").toPath();
        assertEquals("The code indexer ended with status 1; it says above what went wrong.", refusal(jar));
    }

    private String refusal(Path jar) {
        try (Rest rest = new Rest(uri())) {
            CodeLoader loader = new CodeLoader(rest, jar);
            Path sources = folder.getRoot().toPath();
            URI openSearch = uri();
            return assertThrows(SetupException.class, () -> loader.load(sources, openSearch))
                    .getMessage();
        }
    }
}
