/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import com.carrotsearch.randomizedtesting.annotations.ThreadLeakFilters;
import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.http.CertificateAuthorities;
import dev.embeddingsearch.embedding.http.EmbeddingsApi;
import dev.embeddingsearch.embedding.http.OkHttpThreadFilter;
import dev.embeddingsearch.embedding.http.ServiceHttp;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.stats.EmbeddingStats;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.Reply;
import dev.embeddingsearch.testkit.TextVectors;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Dns;
import okhttp3.Headers;
import org.junit.After;
import org.junit.Before;
import org.opensearch.ExceptionsHelper;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.settings.MockSecureSettings;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.common.breaker.NoopCircuitBreaker;
import org.opensearch.test.OpenSearchTestCase;
import org.opensearch.threadpool.Scheduler;
import org.opensearch.threadpool.ThreadPool;

/** A client, a scripted service on loopback, and a scheduler whose time passes at once. */
@ThreadLeakFilters(filters = OkHttpThreadFilter.class)
public abstract class EmbeddingClientTestCase extends OpenSearchTestCase {

    protected static final String KEY = "sk-test-0123456789abcdef";

    protected final List<Long> delays = Collections.synchronizedList(new ArrayList<>());
    protected final ThreadContext threadContext = new ThreadContext(Settings.EMPTY);
    protected final EmbeddingStats stats = new EmbeddingStats();
    protected QueueBudget budget = new QueueBudget(Settings.EMPTY, () -> new NoopCircuitBreaker("embedding"));
    protected CertificateAuthorities authorities = CertificateAuthorities.OF_JDK;
    protected FakeEmbeddingService service;
    protected boolean withKey = true;
    private Models models;
    private final AtomicLong nanos = new AtomicLong();
    private final List<EmbeddingClient> clients = new ArrayList<>();
    private final List<MockWebServer> servers = new ArrayList<>();

    @Before
    public void startService() throws Exception {
        service = new FakeEmbeddingService();
    }

    @After
    public void stopService() {
        clients.forEach(EmbeddingClient::close);
        service.close();
        servers.forEach(MockWebServer::close);
    }

    /**
     * Starts a server that sends what only MockWebServer can: broken connections, slow or packed bytes.
     *
     * @param responses in turn, the last of them to all further calls
     * @return its URL
     */
    protected String serve(MockResponse.Builder... responses) throws IOException {
        Iterator<MockResponse.Builder> next = Arrays.asList(responses).iterator();
        MockWebServer server = new MockWebServer();
        servers.add(server);
        server.setDispatcher(new Dispatcher() {
            private MockResponse last;

            @Override
            public synchronized MockResponse dispatch(RecordedRequest request) {
                last = next.hasNext() ? next.next().build() : last;
                return last;
            }
        });
        server.start(InetAddress.getLoopbackAddress(), 0);
        return "http://127.0.0.1:" + server.getPort() + "/v1";
    }

    /** A reply for {@link #serve}. */
    protected static MockResponse.Builder response(Reply reply) {
        return new MockResponse.Builder()
                .code(reply.status())
                .headers(Headers.of(reply.headers()))
                .body(reply.body());
    }

    /** A client whose default model is at the scripted service, with a key and these settings. */
    protected EmbeddingClient client(String... pairs) {
        return client(this::passAtOnce, Dns.SYSTEM, pairs);
    }

    protected EmbeddingClient client(Scheduler scheduler, Dns dns, String... pairs) {
        models = models(pairs);
        EmbeddingClient client = new EmbeddingClient(
                models,
                new EmbeddingsApi(
                        models, new ServiceHttp(models.allowlist(), authorities, "embedding-search/test", dns), stats),
                new Timer(scheduler, clock(scheduler)),
                threadContext,
                budget);
        clients.add(client);
        return client;
    }

    /** Moves the default model of the last client to another URL; its other settings are the defaults. */
    protected void changeUrl(String url) {
        models.update(Settings.builder().put("embedding.model.default.url", url).build());
    }

    /** The clock by which the scheduler's time passes. */
    private LongSupplier clock(Scheduler scheduler) {
        return switch (scheduler) {
            case ManualTime time -> time::nanos;
            case ThreadPool real -> System::nanoTime;
            default -> nanos::get;
        };
    }

    protected Models models(String... pairs) {
        MockSecureSettings secrets = new MockSecureSettings();
        if (withKey) {
            secrets.setString("embedding.model.default.api_key", KEY);
        }
        Settings.Builder settings = Settings.builder()
                .setSecureSettings(secrets)
                .put("node.name", "n1")
                .putList(
                        "embedding.url_allowlist",
                        "http://127.0.0.1:*",
                        "http://*.example.org:*",
                        "http://localhost:*",
                        "https://localhost:*",
                        "https://127.0.0.1:*")
                .put("embedding.model.default.url", service.url());
        for (int i = 0; i < pairs.length; i += 2) {
            settings.put("embedding.model.default." + pairs[i], pairs[i + 1]);
        }
        return new Models(settings.build());
    }

    /** Pauses pass at once; deadlines never come. */
    private Scheduler.ScheduledCancellable passAtOnce(Runnable task, TimeValue delay, String executor) {
        if (isDeadline(delay)) {
            return null;
        }
        delays.add(delay.millis());
        nanos.addAndGet(delay.nanos());
        task.run();
        return null;
    }

    /** Whether it is the default time of a search or of ingest. */
    protected static boolean isDeadline(TimeValue delay) {
        return delay.equals(TimeValue.timeValueSeconds(10)) || delay.equals(TimeValue.timeValueMinutes(10));
    }

    protected static List<EmbeddingResult> embed(EmbeddingClient client, String... texts) {
        return embed(client, request(0, texts));
    }

    protected static List<EmbeddingResult> embed(EmbeddingClient client, EmbeddingRequest request) {
        PlainActionFuture<List<EmbeddingResult>> future = new PlainActionFuture<>();
        client.embed(request, future);
        return future.actionGet(TimeValue.timeValueSeconds(60));
    }

    protected static EmbeddingRequest request(int dimensions, String... texts) {
        return new EmbeddingRequest("default", Side.DOCUMENT, InputType.TEXT, dimensions, Arrays.asList(texts));
    }

    /** Embeds one text that is to fail, and returns how. */
    protected static EmbeddingException failure(EmbeddingClient client, String text) {
        Exception failure = embed(client, text).getFirst().failure();
        assertNotNull("expected a failure", failure);
        assertFalse(failure.toString(), ExceptionsHelper.stackTrace(failure).contains(KEY));
        return (EmbeddingException) failure;
    }

    protected static void assertVector(String text, int dimensions, EmbeddingResult result) {
        assertNull(result.failure());
        assertArrayEquals(TextVectors.of(text, dimensions), result.vector(), 1e-6f);
    }
}
