/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import static org.hamcrest.Matchers.containsString;

import com.carrotsearch.randomizedtesting.annotations.ThreadLeakFilters;
import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.cache.CachingEmbedder;
import dev.embeddingsearch.embedding.cache.DiskCache;
import dev.embeddingsearch.embedding.http.CertificateAuthorities;
import dev.embeddingsearch.embedding.http.EmbeddingsApi;
import dev.embeddingsearch.embedding.http.OkHttpThreadFilter;
import dev.embeddingsearch.embedding.http.ServiceHttp;
import dev.embeddingsearch.faults.ApiRules;
import dev.embeddingsearch.faults.Fault;
import dev.embeddingsearch.faults.Fault.Effect;
import dev.embeddingsearch.faults.FaultPlan;
import dev.embeddingsearch.faults.FaultServer;
import dev.embeddingsearch.faults.FaultServer.Wire;
import dev.embeddingsearch.faults.Judge;
import dev.embeddingsearch.faults.SelfSigned;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.stats.EmbeddingStats;
import dev.embeddingsearch.testkit.TextVectors;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import okhttp3.Dns;
import org.junit.After;
import org.junit.Before;
import org.opensearch.common.settings.ClusterSettings;
import org.opensearch.common.settings.MockSecureSettings;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.unit.ByteSizeUnit;
import org.opensearch.core.common.unit.ByteSizeValue;
import org.opensearch.indices.breaker.HierarchyCircuitBreakerService;
import org.opensearch.test.OpenSearchTestCase;

/** Every text has its own vector or a reason for having none, whatever the service does. */
@ThreadLeakFilters(filters = OkHttpThreadFilter.class)
public class EmbeddingClientUnderFaultsTests extends OpenSearchTestCase {

    private static final String KEY = "sk-test-0123456789abcdef";
    private static final int RETRIES = 4;
    private static final int INPUT_TOKENS = 120;
    private static final int REQUEST_TOKENS = 1500;
    private static final int MAX_LINGERS_MILLIS = 2000;

    /** What becomes of texts while the breaker is open, whatever happened to them before. */
    private static final Judge.Outcome NOT_CALLED = new Judge.Outcome(503, "is not called for now");

    private final ThreadContext threadContext = new ThreadContext(Settings.EMPTY);
    private final Tokens tokens = new Tokens();
    private final CircuitBreaker breaker = new HierarchyCircuitBreakerService(
                    Settings.EMPTY,
                    List.of(QueueBudget.breakerSettings(Settings.EMPTY)),
                    new ClusterSettings(Settings.EMPTY, ClusterSettings.BUILT_IN_CLUSTER_SETTINGS))
            .getBreaker(QueueBudget.BREAKER);
    private final QueueBudget budget = new QueueBudget(Settings.EMPTY, () -> breaker);
    private FastTime time;

    @Before
    public void startTime() {
        time = new FastTime();
    }

    @After
    public void stopTime() {
        time.close();
    }

    private FaultServer server(FaultPlan plan, Wire wire) throws Exception {
        logger.info("faults: {}", plan);
        ApiRules rules = new ApiRules(
                "text-embedding-3-small",
                KEY,
                FaultRun.DIMENSIONS,
                INPUT_TOKENS,
                REQUEST_TOKENS,
                text -> tokens.count("cl100k_base", text));
        return new FaultServer(rules, plan, wire);
    }

    private Models models(FaultServer server, int retries) {
        return models(server, retries, 0);
    }

    private Models models(FaultServer server, int retries, int breakerFailures) {
        MockSecureSettings secrets = new MockSecureSettings();
        secrets.setString("embedding.model.default.api_key", KEY);
        return new Models(Settings.builder()
                .setSecureSettings(secrets)
                .putList("embedding.url_allowlist", "http://127.0.0.1:*", "https://localhost:*")
                .put("embedding.model.default.url", server.url())
                .put("embedding.model.default.max_retries", retries)
                .put("embedding.model.default.breaker_failures", breakerFailures)
                .put("embedding.model.default.max_input_tokens", INPUT_TOKENS)
                .put("embedding.model.default.max_batch_tokens", REQUEST_TOKENS)
                .put("embedding.model.default.max_batch_inputs", randomIntBetween(10, 60))
                .put("embedding.model.default.timeout", "4s")
                .put("embedding.model.default.search_timeout", "1h")
                // Pauses pass as quickly as the scheduler makes them: none of them is to use up the time for documents.
                .put("embedding.model.default.ingest_timeout", "1d")
                .build());
    }

    private EmbeddingClient client(Models models) {
        ServiceHttp http =
                new ServiceHttp(models.allowlist(), CertificateAuthorities.OF_JDK, "embedding-search/test", Dns.SYSTEM);
        EmbeddingsApi api = new EmbeddingsApi(models, http, new EmbeddingStats());
        return new EmbeddingClient(models, api, new Timer(time, time::nanos), threadContext, budget);
    }

    private Embedder maybeCached(Embedder client, Models models) {
        return randomBoolean()
                ? client
                : new CachingEmbedder(
                        client,
                        models,
                        new ByteSizeValue(100, ByteSizeUnit.KB),
                        new DiskCache(ByteSizeValue.ZERO, Runnable::run, threadContext),
                        threadContext);
    }

    private void run(FaultServer server, Judge judge, Callable<EmbeddingClient> maker, Models models, int documents)
            throws Exception {
        FaultRun run;
        try (EmbeddingClient client = maker.call()) {
            run = new FaultRun(maybeCached(client, models), judge, randomLong(), documents / 4);
            run.finish(run.start());
            assertBusy(() -> assertEquals("tasks left with the scheduler", 0, time.planned()));
        }
        assertEquals("bytes left in the queue", 0, budget.bytes());
        assertEquals("bytes left with the breaker", 0, breaker.getUsed());
        run.verify();
        assertEquals(List.of(), server.violations());
        assertBusy(() -> assertEquals("connections left open", 0, server.connectionsHeldByClients()));
        logger.info(
                "[{}] vectors, [{}] failures, [{}] requests, [{}] connections",
                run.vectors(),
                run.failures(),
                server.requests(),
                server.connections());
        assertTrue("some texts have their vector", run.vectors() > 0);
        assertTrue("some texts have none", run.failures() > 0);
    }

    private void run(FaultServer server, boolean attributed, int documents) throws Exception {
        Models models = models(server, RETRIES);
        run(server, judge(server, attributed), () -> client(models), models, documents);
    }

    private static Judge judge(FaultServer server, boolean attributed, Judge.Outcome... alsoAllowed) {
        return new Judge(server, RETRIES, attributed, List.of(alsoAllowed));
    }

    /** One fault, and then none: what comes of each kind, with and without another attempt. */
    public void testEachFaultAlone() throws Exception {
        for (Fault fault : Fault.values()) {
            for (int retries : fault == Fault.STALL ? new int[] {0} : new int[] {0, 1}) {
                FaultPlan plan = FaultPlan.once(randomLong(), fault);
                try (FaultServer server = server(plan, Wire.plain(MAX_LINGERS_MILLIS));
                        EmbeddingClient client = client(models(server, retries))) {
                    assertOutcome(
                            fault,
                            retries,
                            EmbeddingClientTestCase.embed(
                                    client,
                                    EmbeddingClientTestCase.request(FaultRun.DIMENSIONS, "a stone", "a broom")));
                    assertEquals(fault.toString(), 1, server.count(fault));
                    assertEquals(List.of(), server.violations());
                }
            }
        }
    }

    private static void assertOutcome(Fault fault, int retries, List<EmbeddingResult> results) {
        boolean vector = switch (fault.effect()) {
            case HARMLESS, ISOLATED -> true;
            case RETRIED -> retries > 0 || fault == Fault.INTERNAL_ERROR || fault == Fault.HALF_INTERNAL_ERROR;
            case FINAL -> false;
        };
        for (int i = 0; i < 2; i++) {
            Exception failure = results.get(i).failure();
            if (vector) {
                assertNull(fault.toString(), failure);
                assertTrue(TextVectors.matches(
                        i == 0 ? "a stone" : "a broom", results.get(i).vector()));
            } else {
                assertNotNull(fault.toString(), failure);
                assertThat(failure.getMessage(), containsString(fault.words()));
                assertEquals(
                        fault.status(), ((EmbeddingException) failure).status().getStatus());
                assertEquals(
                        fault.effect() == Effect.RETRIED || fault == Fault.LONG_WAIT,
                        ((EmbeddingException) failure).retryable());
            }
        }
    }

    public void testClosingInTheMiddleOfFaults() throws Exception {
        // What would have been sent again fails with the reason it had so far.
        List<Judge.Outcome> closed = Stream.concat(
                        Stream.of(new Judge.Outcome(503, "this node is shutting down")),
                        Arrays.stream(Fault.values())
                                .filter(fault -> fault.effect() == Effect.RETRIED)
                                .map(fault -> new Judge.Outcome(fault.status(), fault.words())))
                .toList();
        try (FaultServer server = server(FaultPlan.of(randomLong(), 0.3), Wire.plain(MAX_LINGERS_MILLIS))) {
            Models models = models(server, RETRIES);
            EmbeddingClient client = client(models);
            Judge judge = new Judge(server, RETRIES, false, closed);
            FaultRun run = new FaultRun(maybeCached(client, models), judge, randomLong(), 20_000);
            List<Thread> threads = run.start();
            int before = randomIntBetween(1, 3000);
            assertBusy(() -> assertTrue(run.vectors() >= before));
            client.close();
            run.finish(threads);
            run.verify();
            assertTrue("texts failed after the closing", run.failures() > 0);
            assertBusy(() -> assertEquals("connections left open", 0, server.connectionsHeldByClients()));
        }
    }

    public void testEveryTextHasItsVectorOrItsReason() throws Exception {
        try (FaultServer server = server(FaultPlan.of(randomLong(), 0.1), Wire.plain(MAX_LINGERS_MILLIS))) {
            run(server, true, 100_000);
            for (Fault fault : Fault.values()) {
                assertTrue("no request met " + fault, server.count(fault) > 0);
            }
        }
    }

    public void testOverHttp2() throws Exception {
        SelfSigned certificate = new SelfSigned(createTempDir());
        Wire wire = new Wire(certificate.sockets(), () -> Long.MAX_VALUE, MAX_LINGERS_MILLIS);
        try (FaultServer server = server(FaultPlan.of(randomLong(), 0.1), wire)) {
            Models models = models(server, RETRIES);
            run(server, judge(server, false), () -> certificate.trustedBy(() -> client(models)), models, 30_000);
        }
    }

    public void testWhenMostCallsFail() throws Exception {
        List<Fault> mostlyRetried = Arrays.stream(Fault.values())
                .filter(fault -> fault.effect() != Effect.FINAL || randomInt(9) == 0)
                .toList();
        FaultPlan plan = new FaultPlan(randomLong(), 0.8, mostlyRetried, 3);
        try (FaultServer server = server(plan, Wire.plain(MAX_LINGERS_MILLIS))) {
            boolean breaks = randomBoolean();
            Models models = models(server, RETRIES, breaks ? 10 : 0);
            Judge judge = breaks ? judge(server, true, NOT_CALLED) : judge(server, true);
            run(server, judge, () -> client(models), models, 20_000);
        }
    }

    public void testWhenConnectionsDieAtAnyByte() throws Exception {
        Random random = new Random(randomLong());
        LongSupplier lives = () -> random.nextInt(4) == 0 ? random.nextInt(500) : random.nextInt(100_000);
        Wire wire = new Wire(null, lives, MAX_LINGERS_MILLIS);
        try (FaultServer server = server(FaultPlan.of(randomLong(), 0.1), wire)) {
            run(server, false, 30_000);
        }
    }
}
