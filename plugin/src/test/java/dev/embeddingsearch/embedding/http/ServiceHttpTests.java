/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import static org.hamcrest.Matchers.containsString;

import dev.embeddingsearch.embedding.dispatch.EmbeddingClientTestCase;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Provider;
import dev.embeddingsearch.testkit.Call;
import dev.embeddingsearch.testkit.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import org.junit.After;
import org.junit.Before;
import org.opensearch.common.unit.TimeValue;

/** The transport alone: it neither knows models' limits nor reads replies. */
public class ServiceHttpTests extends EmbeddingClientTestCase {

    private ServiceHttp http;

    @Before
    public void open() {
        http = new ServiceHttp(models().allowlist(), authorities, "agent/1", Dns.SYSTEM);
    }

    @After
    public void close() {
        http.close();
    }

    /** Records what is called, in order. */
    private static final class Recorder implements ServiceHttp.ResponseHandler {

        private final List<String> events = Collections.synchronizedList(new ArrayList<>());
        private final CountDownLatch done = new CountDownLatch(1);
        private final Function<ServiceResponse, String> reader;

        Recorder(Function<ServiceResponse, String> reader) {
            this.reader = reader;
        }

        @Override
        public void failed(IOException e) {
            end("failed");
        }

        @Override
        public Runnable read(ServiceResponse response) {
            events.add(reader.apply(response));
            return () -> end("closed");
        }

        @Override
        public void unread() {
            end("unread");
        }

        private void end(String event) {
            events.add(event);
            done.countDown();
        }

        List<String> await() throws InterruptedException {
            assertTrue(done.await(30, TimeUnit.SECONDS));
            return events;
        }
    }

    private static String body(ServiceResponse response, long maxBytes) {
        try {
            return response.status() + " " + new String(response.body(maxBytes).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private JsonPost post(Provider provider, boolean key) {
        return new JsonPost(
                HttpUrl.get("http://127.0.0.1:" + service.port() + "/v1/other"),
                provider,
                key ? models().apiKey(Models.DEFAULT) : Optional.empty(),
                RequestBody.create("{\"question\":\"why\"}", MediaType.get("application/json")),
                TimeValue.timeValueSeconds(30));
    }

    public void testAnyBodyGoesOutAndAnyStatusComesBack() throws Exception {
        service.script(asked -> Reply.json(418, "{\"a\":1}"));
        Recorder recorder = new Recorder(response -> body(response, 100));
        http.send(http.prepare(post(Provider.OPENAI, true)), recorder);
        assertEquals(List.of("418 {\"a\":1}", "closed"), recorder.await());
        Call asked = service.calls().getFirst();
        assertEquals("/v1/other", asked.target());
        assertEquals(Map.of("question", "why"), asked.body());
        assertEquals("agent/1", asked.headers().get("User-Agent"));
        assertEquals("Bearer " + KEY, asked.headers().get("Authorization"));
    }

    public void testAzureHasAHeaderOfItsOwnForTheKey() throws Exception {
        service.script(asked -> Reply.json(200, "{}"));
        for (boolean key : new boolean[] {true, false}) {
            Recorder recorder = new Recorder(response -> body(response, 100));
            http.send(http.prepare(post(Provider.AZURE, key)), recorder);
            recorder.await();
            Map<String, String> headers = service.calls().getLast().headers();
            assertEquals(key ? KEY : null, headers.get("api-key"));
            assertNull(headers.get("Authorization"));
        }
    }

    public void testBodyIsBounded() throws Exception {
        service.script(asked -> Reply.json(200, "x".repeat(1000)));
        Recorder recorder = new Recorder(response -> body(response, 100));
        http.send(http.prepare(post(Provider.OPENAI, true)), recorder);
        assertThat(recorder.await().getFirst(), containsString("expected a reply of at most [100] bytes"));
    }

    public void testReaderThatThrowsIsReportedOnce() throws Exception {
        service.script(asked -> Reply.json(200, "{}"));
        Recorder recorder = new Recorder(response -> {
            throw new IllegalStateException("reader");
        });
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        CountDownLatch thrown = new CountDownLatch(1);
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            assertEquals("reader", e.getMessage());
            thrown.countDown();
        });
        try {
            http.send(http.prepare(post(Provider.OPENAI, true)), recorder);
            assertEquals(List.of("unread"), recorder.await());
            assertTrue(thrown.await(30, TimeUnit.SECONDS));
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    public void testCancelAndCloseFailRequestsInFlight() throws Exception {
        service.script(call -> Reply.NEVER);
        Recorder cancelled = new Recorder(response -> body(response, 100));
        Recorder closed = new Recorder(response -> body(response, 100));
        Runnable cancel = http.send(http.prepare(post(Provider.OPENAI, true)), cancelled);
        http.send(http.prepare(post(Provider.OPENAI, true)), closed);
        service.awaitCalls(2);
        cancel.run();
        assertEquals(List.of("failed"), cancelled.await());
        assertFalse(http.isClosed());
        http.close();
        assertEquals(List.of("failed"), closed.await());
        assertTrue(http.isClosed());
    }
}
