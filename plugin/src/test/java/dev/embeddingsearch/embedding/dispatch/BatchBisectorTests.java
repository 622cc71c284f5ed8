/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.Collector;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.embedding.VectorShape;
import dev.embeddingsearch.embedding.http.EmbeddingsCall.Target;
import dev.embeddingsearch.embedding.http.Failure;
import dev.embeddingsearch.embedding.http.ModelFailures;
import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Side;
import java.util.List;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.action.ActionListener;
import org.opensearch.test.OpenSearchTestCase;

public class BatchBisectorTests extends OpenSearchTestCase {

    private final EmbeddingModel model = new Models(Settings.EMPTY).get(Models.DEFAULT);
    private final Target target = new Target(model, Side.DOCUMENT, Purpose.INGEST, VectorShape.of(model, 2));

    private final AcceptedSizes sizes = new AcceptedSizes(() -> 0);

    private static Input input(ActionListener<List<EmbeddingResult>> listener) {
        return new Input("text", 1).wantedBy(new Collector(1, listener), List.of(0));
    }

    private static final class Broken implements ActionListener<List<EmbeddingResult>> {

        @Override
        public void onResponse(List<EmbeddingResult> results) {
            throw new IllegalStateException("broken receiver");
        }

        @Override
        public void onFailure(Exception e) {
            throw new AssertionError(e);
        }
    }

    public void testReceiverThatThrowsKeepsNobodyFromHearing() {
        PlainActionFuture<List<EmbeddingResult>> before = new PlainActionFuture<>();
        PlainActionFuture<List<EmbeddingResult>> after = new PlainActionFuture<>();
        BatchBisector bisector = new BatchBisector(batch -> fail("nothing to divide"), sizes);
        Batch good = bisector.batch(target, List.of(input(before), input(new Broken()), input(after)));
        Exception e =
                expectThrows(IllegalStateException.class, () -> good.succeed(new float[][] {{1, 0}, {0, 1}, {-1, 0}}));
        assertEquals("broken receiver", e.getMessage());
        assertArrayEquals(new float[] {1, 0}, before.actionGet().getFirst().vector(), 0);
        assertArrayEquals(new float[] {-1, 0}, after.actionGet().getFirst().vector(), 0);

        PlainActionFuture<List<EmbeddingResult>> last = new PlainActionFuture<>();
        Batch bad = bisector.batch(target, List.of(input(new Broken()), input(last)));
        Failure closed = new ModelFailures(model).closed();
        expectThrows(IllegalStateException.class, () -> bad.fail(closed));
        assertSame(closed.exception(), last.actionGet().getFirst().failure());
    }

    public void testBatchIsAbandonedOnlyWithAllItsRequests() {
        PlainActionFuture<List<EmbeddingResult>> first = new PlainActionFuture<>();
        PlainActionFuture<List<EmbeddingResult>> second = new PlainActionFuture<>();
        Input one = input(first);
        Input two = input(second);
        Batch batch = new BatchBisector(further -> fail("nothing to divide"), sizes).batch(target, List.of(one, two));
        one.failure(new IllegalStateException("late"));
        assertFalse(batch.abandoned());
        two.failure(new IllegalStateException("late"));
        assertTrue(batch.abandoned());
    }
}
