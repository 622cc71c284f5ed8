/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.Collector;
import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.embedding.VectorShape;
import dev.embeddingsearch.embedding.http.EmbeddingsCall.Target;
import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.action.ActionListener;
import org.opensearch.test.OpenSearchTestCase;

/** The rule by which calls that are not full wait. Times are in nanoseconds; the linger is 5 milliseconds. */
public class InputQueueTests extends OpenSearchTestCase {

    private static final long MS = 1_000_000;

    private final long start = randomLong();
    private final EmbeddingModel model = new Models(Settings.EMPTY).get(Models.DEFAULT);
    private final BatchLimits batchLimits = new BatchLimits(10, 1000);
    private final InputQueue queue = queue(Purpose.INGEST);

    private InputQueue queue(Purpose purpose) {
        return new InputQueue(new Target(model, Side.DOCUMENT, purpose, VectorShape.of(model, 0)));
    }

    private static List<Input> inputs(String... texts) {
        return Arrays.stream(texts).map(text -> new Input(text, 10)).toList();
    }

    private long delay(long after, int inFlight, int preparing) {
        return queue.delay(start + after, batchLimits, inFlight, preparing);
    }

    public void testLoneRequestGoesAtOnce() {
        queue.add(inputs("a", "b"), start);
        assertEquals(0, delay(0, 0, 0));
    }

    public void testWaitsForQuietWhileOthersAreUnderWay() {
        queue.add(inputs("a"), start);
        assertEquals(5 * MS, delay(0, 1, 0));
        assertEquals(2 * MS, delay(3 * MS, 1, 0));
        queue.add(inputs("b"), start + 3 * MS);
        assertEquals("the last one counts", 5 * MS, delay(3 * MS, 1, 0));
        assertEquals("two requests: a third may come", 5 * MS, delay(3 * MS, 0, 0));
        assertEquals(0, delay(8 * MS, randomIntBetween(0, 3), 0));
    }

    public void testWaitsForWhatIsBeingPreparedButNotForEver() {
        long longest = InputQueue.MAX_LINGERS * 5 * MS;
        queue.add(inputs("a"), start);
        assertEquals(longest - 20 * MS, delay(20 * MS, randomIntBetween(0, 3), 1));
        assertEquals(0, delay(longest, 0, 1));
        for (int i = 1; i <= InputQueue.MAX_LINGERS; i++) {
            queue.add(inputs("t" + i % 5), start + 4 * MS * i);
        }
        assertEquals("the first has waited enough", 0, delay(longest, 1, 0));
    }

    public void testFullCallAndSearchNeverWait() {
        queue.add(inputs("a"), start);
        queue.add(inputs(IntStream.range(0, 9).mapToObj(Integer::toString).toArray(String[]::new)), start);
        assertEquals(0, delay(0, 1, 1));
        InputQueue large = queue(Purpose.INGEST);
        large.add(List.of(new Input("a", 500), new Input("b", 500)), start);
        assertEquals(0, large.delay(start, batchLimits, 1, 1));
        InputQueue search = queue(Purpose.SEARCH);
        search.add(inputs("q"), start);
        assertEquals(0, search.delay(start, batchLimits, 1, 1));
    }

    public void testEachTextOnceInOrder() {
        queue.add(inputs("b", "a"), start);
        queue.add(inputs("a", "c"), start);
        assertEquals(3, queue.size());
        assertEquals(30, queue.nextTokens(batchLimits));
        assertEquals(List.of("b", "a"), texts(queue.poll(new BatchLimits(2, 1000))));
        assertEquals(10, queue.nextTokens(batchLimits));
        assertEquals(List.of("c"), texts(queue.poll(batchLimits)));
        assertTrue(queue.isEmpty());
    }

    public void testAbandonedInputsMakeRoom() {
        Collector collector = new Collector(1, ActionListener.wrap(results -> {}, e -> fail("results, not " + e)));
        Collector other = new Collector(1, ActionListener.wrap(results -> {}, e -> fail("results, not " + e)));
        queue.add(List.of(new Input("a", 10).wantedBy(collector, List.of(0))), start);
        queue.add(List.of(new Input("a", 10).wantedBy(other, List.of(0))), start);
        queue.add(List.of(new Input("b", 7).wantedBy(other, List.of(0))), start);
        collector.failRest(new IllegalStateException("late"));
        queue.removeAbandoned();
        assertEquals(2, queue.size());
        other.failRest(new IllegalStateException("late"));
        queue.removeAbandoned();
        assertTrue(queue.isEmpty());
        assertEquals(0, queue.nextTokens(batchLimits));
    }

    private static List<String> texts(List<Input> inputs) {
        List<String> texts = new ArrayList<>();
        inputs.forEach(input -> texts.add(input.text()));
        return texts;
    }
}
