/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.testkit.Call;
import dev.embeddingsearch.testkit.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import okhttp3.Dns;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.threadpool.TestThreadPool;
import org.opensearch.threadpool.ThreadPool;

/** Requests at the same time share calls, and get what is theirs. */
public class SharedCallsTests extends EmbeddingClientTestCase {

    private static final int DIMENSIONS = 8;
    private static final TimeValue SOON = TimeValue.timeValueSeconds(60);

    private final ManualTime time = new ManualTime();

    private PlainActionFuture<List<EmbeddingResult>> send(EmbeddingClient client, String... texts) {
        PlainActionFuture<List<EmbeddingResult>> future = new PlainActionFuture<>();
        client.embed(request(DIMENSIONS, texts), future);
        return future;
    }

    private static void assertVectors(PlainActionFuture<List<EmbeddingResult>> future, String... texts) {
        List<EmbeddingResult> results = future.actionGet(SOON);
        assertEquals(texts.length, results.size());
        for (int i = 0; i < texts.length; i++) {
            assertVector(texts[i], DIMENSIONS, results.get(i));
        }
    }

    private List<List<String>> calls() {
        return service.calls().stream().map(Call::inputs).toList();
    }

    public void testLoneRequestWaitsForNothing() throws Exception {
        PlainActionFuture<List<EmbeddingResult>> future = send(client(time, Dns.SYSTEM), "a", "b");
        assertVectors(future, "a", "b");
        assertEquals(0, time.now());
        assertEquals(List.of(List.of("a", "b")), calls());
    }

    public void testWhatComesMeanwhileSharesTheNextCall() throws Exception {
        CountDownLatch release = service.hold();
        EmbeddingClient client = client(time, Dns.SYSTEM, "linger", "7ms");
        PlainActionFuture<List<EmbeddingResult>> first = send(client, "a");
        PlainActionFuture<List<EmbeddingResult>> second = send(client, "b", "c");
        PlainActionFuture<List<EmbeddingResult>> third = send(client, "d", "b");
        service.awaitCalls(1);
        assertEquals("the others linger", 1, service.calls().size());
        time.runNext();
        assertEquals(7, time.now());
        release.countDown();
        assertVectors(first, "a");
        assertVectors(second, "b", "c");
        assertVectors(third, "d", "b");
        assertEquals(Set.of(List.of("a"), List.of("b", "c", "d")), Set.copyOf(calls()));
        assertNotSame(
                "receivers own their arrays",
                second.actionGet().get(0).vector(),
                third.actionGet().get(1).vector());
    }

    public void testFullCallDoesNotLinger() throws Exception {
        CountDownLatch release = service.hold();
        EmbeddingClient client = client(time, Dns.SYSTEM, "max_batch_inputs", "3", "linger", "1s");
        PlainActionFuture<List<EmbeddingResult>> first = send(client, "a");
        PlainActionFuture<List<EmbeddingResult>> second = send(client, "b", "c");
        PlainActionFuture<List<EmbeddingResult>> third = send(client, "d");
        release.countDown();
        assertVectors(first, "a");
        assertVectors(second, "b", "c");
        assertVectors(third, "d");
        assertEquals(0, time.now());
        assertEquals(Set.of(List.of("a"), List.of("b", "c", "d")), Set.copyOf(calls()));
    }

    public void testWithoutLingerEachRequestGoesAtOnce() throws Exception {
        CountDownLatch release = service.hold();
        EmbeddingClient client = client(time, Dns.SYSTEM, "linger", "0ms");
        List<PlainActionFuture<List<EmbeddingResult>>> futures = List.of(send(client, "a"), send(client, "b"));
        release.countDown();
        assertVectors(futures.get(0), "a");
        assertVectors(futures.get(1), "b");
        assertEquals(0, time.now());
        assertEquals(2, service.calls().size());
    }

    public void testOtherTargetsHaveCallsOfTheirOwn() throws Exception {
        CountDownLatch release = service.hold();
        EmbeddingClient client =
                client(time, Dns.SYSTEM, "query_id", "for-queries", "max_in_flight", "1", "ingest_timeout", "0s");
        PlainActionFuture<List<EmbeddingResult>> first = send(client, "a");
        PlainActionFuture<List<EmbeddingResult>> longer = new PlainActionFuture<>();
        client.embed(request(2 * DIMENSIONS, "b"), longer);
        PlainActionFuture<List<EmbeddingResult>> third = send(client, "c");
        PlainActionFuture<List<EmbeddingResult>> query = new PlainActionFuture<>();
        client.embed(new EmbeddingRequest("default", Side.QUERY, InputType.TEXT, DIMENSIONS, List.of("q", "r")), query);
        release.countDown();
        assertVectors(first, "a");
        assertVectors(query, "q", "r");
        while (!third.isDone() || !longer.isDone()) {
            assertBusy(() -> assertTrue((third.isDone() && longer.isDone()) || time.planned() > 0));
            if (time.planned() > 0) {
                time.runNext();
            }
        }
        assertVectors(third, "c");
        assertVector("b", 2 * DIMENSIONS, longer.actionGet(SOON).getFirst());
        assertEquals(List.of(List.of("a"), List.of("q", "r"), List.of("b"), List.of("c")), calls());
    }

    public void testGuiltyInputsOfASharedCallFailAlone() throws Exception {
        List<List<String>> requests = new ArrayList<>();
        List<String> all = new ArrayList<>();
        for (int r = 0; r < 12; r++) {
            requests.add(texts(r, randomIntBetween(1, 12)));
            all.addAll(requests.getLast());
        }
        Set<String> guilty = Set.copyOf(randomSubsetOf(randomIntBetween(1, 5), all));
        EmbeddingClient client =
                client(time, Dns.SYSTEM, "max_in_flight", "1", "max_batch_inputs", "30", "ingest_timeout", "0s");
        CountDownLatch release = service.hold();
        service.script(asked -> asked.inputs().stream().anyMatch(guilty::contains)
                ? Reply.error(400, "invalid", "cannot embed this")
                : service.vectors(asked));
        List<PlainActionFuture<List<EmbeddingResult>>> futures = new ArrayList<>();
        requests.forEach(texts -> futures.add(send(client, texts.toArray(String[]::new))));
        release.countDown();
        finish(futures);
        for (int r = 0; r < requests.size(); r++) {
            List<EmbeddingResult> results = futures.get(r).actionGet(SOON);
            for (int i = 0; i < results.size(); i++) {
                String text = requests.get(r).get(i);
                if (guilty.contains(text)) {
                    assertThat(results.get(i).failure().getMessage(), containsString("cannot embed this"));
                } else {
                    assertVector(text, DIMENSIONS, results.get(i));
                }
            }
        }
    }

    public void testAbandonedSearchLeavesTheOthersOfItsCallAlone() throws Exception {
        CountDownLatch release = service.hold();
        EmbeddingClient client = client(time, Dns.SYSTEM, "max_in_flight", "1", "search_timeout", "2s");
        PlainActionFuture<List<EmbeddingResult>> document = send(client, "d");
        service.awaitCalls(1);
        PlainActionFuture<List<EmbeddingResult>> late = search(client, "late");
        time.advance(1_000);
        PlainActionFuture<List<EmbeddingResult>> inTime = search(client, "in time");
        time.advance(1_000);
        assertThat(
                late.actionGet(SOON).getFirst().failure().getMessage(),
                containsString("brought no vector within [2s]"));
        release.countDown();
        assertVectors(document, "d");
        assertVectors(inTime, "in time");
        assertEquals(List.of(List.of("d"), List.of("in time")), calls());
    }

    /** All come while one call is under way, in time that does not pass. */
    public void testManyRequestsFillTheirCalls() throws Exception {
        int most = randomIntBetween(64, 256);
        CountDownLatch release = service.hold();
        EmbeddingClient client =
                client(time, Dns.SYSTEM, "max_batch_inputs", Integer.toString(most), "ingest_timeout", "0s");
        List<List<String>> requests = new ArrayList<>();
        int total = 0;
        for (int r = 0; total < 10_000; r++) {
            requests.add(texts(r, randomIntBetween(1, 150)));
            total += requests.getLast().size();
        }
        List<PlainActionFuture<List<EmbeddingResult>>> futures = new ArrayList<>();
        requests.forEach(texts -> futures.add(send(client, texts.toArray(String[]::new))));
        release.countDown();
        finish(futures);
        for (int r = 0; r < requests.size(); r++) {
            assertVectors(futures.get(r), requests.get(r).toArray(String[]::new));
        }
        int optimum = (total + most - 1) / most;
        assertThat("optimum " + optimum, service.calls().size(), lessThanOrEqualTo(optimum + optimum / 20));
        assertThat("all but the first and the last are full", service.calls().size(), lessThanOrEqualTo(optimum + 2));
    }

    /**
     * As from the write threads of a node: real time and real calls. The linger is long, so that a slow machine counts no
     * more calls than a fast one.
     */
    public void testTenThousandDocumentsInConcurrentBulks() throws Exception {
        ThreadPool threadPool = new TestThreadPool(getTestName());
        ExecutorService writers = Executors.newFixedThreadPool(randomIntBetween(2, 8));
        service.script(asked -> service.vectors(asked).after(Duration.ofMillis(50)));
        int most = 256;
        try (EmbeddingClient client =
                client(threadPool, Dns.SYSTEM, "max_batch_inputs", Integer.toString(most), "linger", "1s")) {
            List<PlainActionFuture<List<EmbeddingResult>>> futures = new ArrayList<>();
            String ninety = " word".repeat(92);
            for (int r = 0; r < 100; r++) {
                PlainActionFuture<List<EmbeddingResult>> future = new PlainActionFuture<>();
                futures.add(future);
                String[] texts =
                        texts(r, 100).stream().map(text -> text + ninety).toArray(String[]::new);
                writers.execute(() -> client.embed(request(DIMENSIONS, texts), future));
            }
            for (PlainActionFuture<List<EmbeddingResult>> future : futures) {
                future.actionGet(SOON).forEach(result -> assertNull(result.failure()));
            }
        } finally {
            terminate(writers);
            ThreadPool.terminate(threadPool, 30, TimeUnit.SECONDS);
        }
        int optimum = (10_000 + most - 1) / most;
        assertThat(service.calls().size(), lessThanOrEqualTo(optimum + optimum / 20));
        assertEquals(10_000, calls().stream().mapToInt(List::size).sum());
    }

    private PlainActionFuture<List<EmbeddingResult>> search(EmbeddingClient client, String text) {
        PlainActionFuture<List<EmbeddingResult>> future = new PlainActionFuture<>();
        client.embed(new EmbeddingRequest("default", Side.QUERY, InputType.TEXT, DIMENSIONS, List.of(text)), future);
        return future;
    }

    /** Lets time pass until all have their answer. */
    private void finish(List<PlainActionFuture<List<EmbeddingResult>>> futures) throws Exception {
        while (futures.stream().anyMatch(future -> !future.isDone())) {
            assertBusy(() -> assertTrue(time.planned() > 0 || futures.stream().allMatch(PlainActionFuture::isDone)));
            if (time.planned() > 0) {
                time.runNext();
            }
        }
    }

    private static List<String> texts(int request, int count) {
        String[] texts = new String[count];
        Arrays.setAll(texts, i -> String.format(Locale.ROOT, "request %d text %d", request, i));
        return List.of(texts);
    }
}
