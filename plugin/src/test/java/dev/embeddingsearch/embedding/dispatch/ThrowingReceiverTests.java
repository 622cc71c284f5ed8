/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import static org.hamcrest.Matchers.containsString;

import dev.embeddingsearch.embedding.Collector;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.embedding.VectorShape;
import dev.embeddingsearch.embedding.http.EmbeddingsApi;
import dev.embeddingsearch.embedding.http.EmbeddingsCall.Target;
import dev.embeddingsearch.embedding.http.ServiceHttp;
import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.testkit.Reply;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import okhttp3.Dns;
import org.opensearch.ExceptionsHelper;
import org.opensearch.core.action.ActionListener;

/** Receivers that throw keep nobody from hearing, and no call in its place. */
public class ThrowingReceiverTests extends EmbeddingClientTestCase {

    private final ManualTime time = new ManualTime();
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());

    /** Notes that it was told, and throws. */
    private record Throwing(String name, List<String> told) implements ActionListener<List<EmbeddingResult>> {

        @Override
        public void onResponse(List<EmbeddingResult> results) {
            assertNotNull(results.getFirst().failure());
            told.add(name);
            throw new IllegalStateException("receiver " + name);
        }

        @Override
        public void onFailure(Exception e) {
            throw new AssertionError("expected results a text", e);
        }
    }

    private void assertAllTold(int count, Runnable action) {
        String thrown = ExceptionsHelper.stackTrace(expectThrows(RuntimeException.class, action::run));
        assertEquals("each once", count, told.size());
        assertEquals(count, Set.copyOf(told).size());
        told.forEach(name -> assertThat("the others' exceptions go along", thrown, containsString("receiver " + name)));
    }

    private EmbeddingsApi api() {
        Models models = models();
        ServiceHttp http = new ServiceHttp(models.allowlist(), authorities, "test", Dns.SYSTEM);
        return new EmbeddingsApi(models, http, stats);
    }

    private ModelDispatcher dispatcher(EmbeddingsApi api) {
        return new ModelDispatcher(api, new Timer(time, time::nanos), new Backoff(() -> 0), budget.new Share());
    }

    private static Target target(EmbeddingModel model, int dimensions) {
        return new Target(model, Side.DOCUMENT, Purpose.INGEST, VectorShape.of(model, dimensions));
    }

    private Input input(String text) {
        return new Input(text, 1).wantedBy(new Collector(1, new Throwing(text, told)), List.of(0));
    }

    public void testAllHearOfTheEnd() {
        service.script(call -> Reply.NEVER);
        EmbeddingModel model = models("max_in_flight", "2", "linger", "0ms").get("default");
        try (EmbeddingsApi api = api()) {
            ModelDispatcher dispatcher = dispatcher(api);
            int targets = randomIntBetween(3, 30); // two of them under way
            for (int i = 1; i <= targets; i++) {
                dispatcher.submit(target(model, i), List.of(input("text " + i)));
            }
            assertAllTold(targets, dispatcher::close);
        }
    }

    public void testCallsThatFailAtOnceAllEnd() {
        EmbeddingModel model =
                models("max_batch_inputs", "1", "max_in_flight", "3").get("default");
        EmbeddingsApi shut = api();
        shut.close();
        ModelDispatcher dispatcher = dispatcher(shut);
        List<Input> inputs =
                IntStream.rangeClosed(1, 30).mapToObj(i -> input("text " + i)).toList();
        assertAllTold(30, () -> dispatcher.submit(target(model, 0), inputs));
        assertEquals(0, dispatcher.status().inFlight());
        assertEquals(0, dispatcher.status().queuedInputs());
    }

    public void testDeadlineEndsTheCallOfAReceiverThatThrows() throws Exception {
        service.script(call -> Reply.NEVER);
        EmbeddingClient client = client(time, Dns.SYSTEM, "search_timeout", "3s");
        client.embed(
                new EmbeddingRequest("default", Side.QUERY, InputType.TEXT, 0, List.of("late")),
                new Throwing("late", told));
        service.awaitCalls(1);
        assertAllTold(1, () -> time.advance(3_000));
        assertBusy(() -> assertEquals(0, client.status().get("default").inFlight()));
    }
}
