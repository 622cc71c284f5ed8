/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;

import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.testkit.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Dns;
import org.opensearch.ExceptionsHelper;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.lease.Releasable;
import org.opensearch.common.settings.ClusterSettings;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.breaker.CircuitBreakingException;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.indices.breaker.HierarchyCircuitBreakerService;

public class QueueBudgetTests extends EmbeddingClientTestCase {

    private static final TimeValue SOON = TimeValue.timeValueSeconds(60);

    private CircuitBreaker breaker;

    private QueueBudget budget(String... pairs) {
        Settings.Builder builder = Settings.builder().put("indices.breaker.total.use_real_memory", false);
        for (int i = 0; i < pairs.length; i += 2) {
            builder.put(pairs[i], pairs[i + 1]);
        }
        Settings settings = builder.build();
        breaker = new HierarchyCircuitBreakerService(
                        settings,
                        List.of(QueueBudget.breakerSettings(settings)),
                        new ClusterSettings(settings, ClusterSettings.BUILT_IN_CLUSTER_SETTINGS))
                .getBreaker(QueueBudget.BREAKER);
        budget = new QueueBudget(settings, () -> breaker);
        return budget;
    }

    private static OpenSearchRejectedExecutionException rejection(QueueBudget budget, Purpose purpose, long bytes) {
        OpenSearchRejectedExecutionException rejection =
                expectThrows(OpenSearchRejectedExecutionException.class, () -> budget.reserve(purpose, bytes));
        assertEquals(RestStatus.TOO_MANY_REQUESTS, ExceptionsHelper.status(rejection));
        return rejection;
    }

    public void testNoMoreThanItsSize() {
        QueueBudget budget = budget("embedding.queue.size", "1600b");
        Releasable first = budget.reserve(Purpose.INGEST, 1000);
        assertEquals(
                "expected texts and vectors of at most [1.4kb] on their way to be embedded, got [501b] more on top of"
                        + " [1000b]; send them again later, in smaller requests or fewer at a time, or raise"
                        + " [embedding.queue.size]",
                rejection(budget, Purpose.INGEST, 501).getMessage());
        Releasable second = budget.reserve(Purpose.INGEST, 500);
        Releasable search = budget.reserve(Purpose.SEARCH, 100);
        rejection(budget, Purpose.SEARCH, 1);
        assertEquals(1600, budget.bytes());
        assertEquals(1600, breaker.getUsed());
        first.close();
        first.close();
        assertEquals("given back once", 600, budget.bytes());
        second.close();
        search.close();
        assertEquals(0, budget.bytes());
        assertEquals(0, breaker.getUsed());
    }

    public void testOpenSearchsOwnLimitsComeFirst() {
        for (String setting : List.of("breaker.embedding.limit", "indices.breaker.total.limit")) {
            QueueBudget budget = budget("embedding.queue.size", "1mb", setting, "1000b");
            OpenSearchRejectedExecutionException rejection = rejection(budget, Purpose.INGEST, 1001);
            assertThat(
                    rejection.getMessage(), containsString("no memory for [1001b] of texts and vectors to embed: ["));
            assertThat(rejection.getCause(), instanceOf(CircuitBreakingException.class));
            assertEquals(0, budget.bytes());
            assertEquals(0, breaker.getUsed());
            budget.reserve(Purpose.INGEST, 1000).close();
        }
    }

    public void testEachModelCountsForItself() {
        QueueBudget budget = budget("embedding.queue.size", "1600b");
        QueueBudget.Share one = budget.new Share();
        QueueBudget.Share two = budget.new Share();
        Releasable bytes = one.reserve(Purpose.INGEST, 1000);
        expectThrows(OpenSearchRejectedExecutionException.class, () -> two.reserve(Purpose.INGEST, 1000));
        assertEquals(1000, one.bytes());
        assertEquals(0, one.rejections());
        assertEquals(0, two.bytes());
        assertEquals(1, two.rejections());
        bytes.close();
        assertEquals(0, one.bytes());
    }

    public void testRejectionIsForTheWholeRequest() {
        budget("embedding.queue.size", "10kb");
        EmbeddingClient client = client();
        OpenSearchRejectedExecutionException rejection = expectThrows(
                OpenSearchRejectedExecutionException.class,
                () -> embed(client, request(0, "a", "b".repeat(2_000), "c".repeat(2_000))));
        assertThat(rejection.getMessage(), containsString("[embedding.queue.size]"));
        assertEquals(0, service.calls().size());
        assertVector("a", 1536, embed(client, "a").getFirst());
        assertEquals(0, budget.bytes());
    }

    public void testTextThatNeverFindsRoomIsTooLarge() {
        budget("embedding.queue.size", "10kb");
        List<EmbeddingResult> results = embed(client(), request(8, "a", "b".repeat(4_000)));
        assertVector("a", 8, results.get(0));
        Exception tooLarge = results.get(1).failure();
        assertEquals(RestStatus.REQUEST_ENTITY_TOO_LARGE, ExceptionsHelper.status(tooLarge));
        assertEquals(
                "expected a text of at most [9.3kb] in memory, got one of [11.7kb], [3] bytes a character; shorten it,"
                        + " set the model's [max_input_tokens] to have it cut, or raise [embedding.queue.size]",
                tooLarge.getMessage());
        assertEquals(List.of("a"), service.calls().getLast().inputs());
        assertEquals(
                "as the model gets it",
                1,
                embed(client("max_input_tokens", "10"), request(8, "word ".repeat(4_000))).stream()
                        .filter(result -> result.failure() == null)
                        .count());
        assertEquals(0, budget.bytes());
    }

    public void testLimitOfTheBreakerComesBackWithTheSetting() {
        QueueBudget made = budget("embedding.queue.size", "1mb");
        Settings set =
                Settings.builder().put("breaker.embedding.limit", "1000b").build();
        made.update(set);
        assertEquals(1000, breaker.getLimit());
        assertEquals(1.0, breaker.getOverhead(), 0);
        breaker.setLimitAndOverhead(Runtime.getRuntime().maxMemory(), 2.0); // as OpenSearch does when it is removed
        made.update(Settings.EMPTY);
        assertEquals(1 << 20, breaker.getLimit());
        assertEquals(1.0, breaker.getOverhead(), 0);
    }

    /** Whatever becomes of requests, in the end nothing is held. */
    public void testNothingIsLeftAfterAnyEnd() throws Exception {
        budget("embedding.queue.size", "300kb");
        ManualTime time = new ManualTime();
        CountDownLatch release = service.hold();
        service.script(asked -> switch (Math.floorMod(asked.inputs().hashCode(), 6)) {
            case 0 -> Reply.error(500, "e", "down");
            case 1 -> Reply.error(400, "e", "bad");
            case 2 -> Reply.error(401, "e", "key");
            case 3 -> Reply.NEVER;
            default -> service.vectors(asked);
        });
        EmbeddingClient client =
                client(time, Dns.SYSTEM, "search_timeout", "1s", "max_batch_inputs", "4", "max_retries", "2");
        List<PlainActionFuture<List<EmbeddingResult>>> futures = new ArrayList<>();
        AtomicInteger answers = new AtomicInteger();
        int requests = randomIntBetween(50, 150);
        for (int i = 0; i < requests; i++) {
            PlainActionFuture<List<EmbeddingResult>> future = new PlainActionFuture<>();
            futures.add(future);
            String[] texts = randomArray(1, 6, String[]::new, () -> randomAlphaOfLength(5));
            Side side = randomFrom(Side.values());
            client.embed(
                    new EmbeddingRequest("default", side, InputType.TEXT, 64, List.of(texts)),
                    ActionListener.runBefore(future, answers::incrementAndGet));
        }
        assertEquals(budget.bytes(), breaker.getUsed());
        assertTrue("some were let in", budget.bytes() > 0);
        release.countDown();
        for (int i = 0; i < randomIntBetween(0, 100) && time.planned() > 0; i++) {
            time.runNext();
        }
        client.close();
        for (PlainActionFuture<List<EmbeddingResult>> future : futures) {
            try {
                assertFalse(future.actionGet(SOON).isEmpty());
            } catch (OpenSearchRejectedExecutionException e) {
                assertThat(e.getMessage(), containsString("[embedding.queue.size]"));
            }
        }
        assertEquals("one answer each", requests, answers.get());
        assertEquals(0, budget.bytes());
        assertEquals(0, breaker.getUsed());
    }
}
