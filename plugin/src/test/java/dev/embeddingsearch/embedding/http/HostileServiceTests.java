/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;

import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.dispatch.EmbeddingClient;
import dev.embeddingsearch.embedding.dispatch.EmbeddingClientTestCase;
import dev.embeddingsearch.testkit.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.MockResponse;
import okio.Buffer;
import org.opensearch.ExceptionsHelper;
import org.opensearch.core.rest.RestStatus;

/** A service that means harm, or surroundings that lead astray: what is sent, held in memory and said. */
public class HostileServiceTests extends EmbeddingClientTestCase {

    private static final String TEXT = "my secret diary";

    private static MockResponse.Builder gzipped(int status, String begin, int spaces) {
        Buffer packed = new Buffer();
        try (GZIPOutputStream out = new GZIPOutputStream(packed.outputStream())) {
            out.write(begin.getBytes(StandardCharsets.UTF_8));
            out.write(" ".repeat(spaces).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return new MockResponse.Builder()
                .code(status)
                .setHeader("Content-Encoding", "gzip")
                .body(packed);
    }

    public void testCompressedReplyCountsByWhatItUnpacksTo() throws IOException {
        String url = serve(gzipped(200, "{", 20_000_000));
        EmbeddingException failure = failure(client("url", url), TEXT);
        assertEquals(RestStatus.BAD_GATEWAY, failure.status());
        assertThat(failure.getMessage(), containsString("expected a reply of at most ["));
    }

    public void testEndlessErrorIsReadToABoundAndSaysNothing() throws IOException {
        String url = serve(gzipped(401, "{\"error\":{\"message\":\"", 20_000_000));
        assertThat(failure(client("url", url), TEXT).getMessage(), containsString("answered [401]; check ["));
    }

    public void testDeepErrorSaysNothing() {
        String deep = "{\"error\":".repeat(5000) + "\"x\"" + "}".repeat(5000);
        service.script(asked -> Reply.json(401, deep));
        assertThat(failure(client(), TEXT).getMessage(), containsString("answered [401]; check ["));
    }

    public void testBodyThatDripsEndsWithTheTimeout() throws IOException {
        String url =
                serve(response(Reply.json(200, "{" + " ".repeat(100_000))).throttleBody(1, 100, TimeUnit.MILLISECONDS));
        EmbeddingException failure = failure(client("url", url, "timeout", "1s", "max_retries", "0"), TEXT);
        assertThat(failure.getMessage(), containsString("did not answer within [1s]"));
    }

    public void testThreadsAreNamedWithoutKeyAndText() {
        List<String> names = Collections.synchronizedList(new ArrayList<>());
        service.script(asked -> {
            Thread.getAllStackTraces().keySet().forEach(thread -> names.add(thread.getName()));
            return service.vectors(asked);
        });
        assertVector(TEXT, 1536, embed(client(), TEXT).getFirst());
        assertThat("the call's own thread is among them", names, hasItem(containsString("http://127.0.0.1:")));
        for (String name : names) {
            assertThat(name, not(containsString(KEY)));
            assertThat(name, not(containsString("diary")));
        }
    }

    /** Java asks for proxies behind OkHttp's back, too: for every plain socket. */
    public void testProxiesOfTheJvmAreNotUsed() {
        ProxySelector before = ProxySelector.getDefault();
        List<URI> asked = Collections.synchronizedList(new ArrayList<>());
        ProxySelector.setDefault(new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                asked.add(uri);
                return List.of(new Proxy(Proxy.Type.SOCKS, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)));
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException e) {}
        });
        try {
            assertVector(TEXT, 1536, embed(client("max_retries", "0"), TEXT).getFirst());
            assertEquals(List.of(), asked);
        } finally {
            ProxySelector.setDefault(before);
        }
    }

    public void testVersionAndIdCannotLeaveTheirPlaceInTheUrl() {
        String url = "http://127.0.0.1:" + service.port();
        EmbeddingClient client = client(
                "provider", "azure", "url", url, "id", "../a?b#c/d", "dimensions", "1536", "api_version", "1&x=2#y");
        embed(client, TEXT);
        assertThat(
                service.calls().getFirst().target(),
                endsWith("/openai/deployments/..%2Fa%3Fb%23c%2Fd/embeddings?api-version=1%26x%3D2%23y"));
    }

    /** A text in other letters, or part of it, is not recognised in what the service says. */
    public void testMessageAboutSeveralTextsReachesNobody() {
        int status = randomFrom(401, 402, 403, 404, 409, 429, 502, 503);
        service.script(asked -> Reply.error(status, "some_code", "cannot embed My Secret Dia..."));
        for (EmbeddingResult result : embed(client("max_retries", "0"), "a harmless text", TEXT, "and another")) {
            String trace = ExceptionsHelper.stackTrace(result.failure());
            assertThat(trace, containsString("answered [" + status + "]"));
            assertThat(trace, containsString("[some_code]"));
            assertThat(trace, not(containsString("Secret")));
        }
        assertThat(
                "one text alone is told",
                failure(client("max_retries", "0"), TEXT).getMessage(),
                containsString("cannot embed My Secret Dia..."));
    }

    public void testWholeTraceOfAFailureHasNoTextAndIsShort() {
        service.script(asked -> Reply.error(500, "c", "cannot embed " + TEXT + " " + "x".repeat(20_000)));
        String trace = ExceptionsHelper.stackTrace(failure(client("max_retries", "0"), TEXT));
        assertThat(trace, containsString("cannot embed [input]"));
        assertThat(trace, not(containsString("diary")));
        assertThat(trace.length(), lessThan(20_000));
    }
}
