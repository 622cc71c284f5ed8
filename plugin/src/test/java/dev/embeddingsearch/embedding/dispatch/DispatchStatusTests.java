/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import static org.hamcrest.Matchers.greaterThan;

import dev.embeddingsearch.embedding.DispatchStatus;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.testkit.Reply;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import okhttp3.Dns;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.common.breaker.NoopCircuitBreaker;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;

public class DispatchStatusTests extends EmbeddingClientTestCase {

    private static final TimeValue SOON = TimeValue.timeValueSeconds(30);

    private final ManualTime time = new ManualTime();

    public void testCountsWhatWaitsAndWhatIsUnderWay() throws Exception {
        budget = new QueueBudget(
                Settings.builder().put("embedding.queue.size", "100kb").build(),
                () -> new NoopCircuitBreaker("embedding"));
        CountDownLatch release = service.hold();
        EmbeddingClient client = client(time, Dns.SYSTEM, "max_in_flight", "1");
        assertEquals(Map.of(), client.status());
        PlainActionFuture<List<EmbeddingResult>> first = new PlainActionFuture<>();
        client.embed(request(0, "a"), first);
        service.awaitCalls(1);
        PlainActionFuture<List<EmbeddingResult>> second = new PlainActionFuture<>();
        client.embed(request(0, "b", "c"), second);
        expectThrows(OpenSearchRejectedExecutionException.class, () -> embed(client, request(0, "d".repeat(30_000))));
        DispatchStatus status = client.status().get("default");
        assertThat(status.queuedBytes(), greaterThan(3 * 4 * 1536L));
        assertEquals(new DispatchStatus(2, status.queuedBytes(), 1, "closed", 1), status);
        release.countDown();
        first.actionGet(SOON);
        assertBusy(() -> assertTrue(second.isDone() || time.planned() > 1));
        time.advance(5);
        second.actionGet(SOON);
        assertEquals(new DispatchStatus(0, 0, 0, "closed", 1), client.status().get("default"));
    }

    public void testTellsTheBreaker() {
        EmbeddingClient client =
                client(time, Dns.SYSTEM, "max_retries", "0", "breaker_failures", "1", "breaker_pause", "3s");
        service.script(asked -> Reply.error(500, "e", "down"));
        failure(client, "a");
        assertEquals("open", client.status().get("default").breaker());
        time.advance(3_000);
        assertEquals("half_open", client.status().get("default").breaker());
        service.script(service::vectors);
        embed(client, "a");
        assertEquals("closed", client.status().get("default").breaker());
    }
}
