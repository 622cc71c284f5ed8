/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.embedding.Failure.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.opensearch.ExceptionsHelper;

/**
 * Makes batches of inputs, whichever requests they come from, and gives each its own result. When the service refuses a
 * batch for its content, the guilty inputs are found by halving, so that one bad text never sinks the others. Before the
 * first halving a harmless text goes out alone: if that is refused too, the request itself is wrong and halving would only
 * repeat the refusal once an input.
 */
final class Divider {

    private final Consumer<Batch> lane;

    /**
     * @param lane where further batches go
     */
    Divider(Consumer<Batch> lane) {
        this.lane = lane;
    }

    Batch batch(Batch.Target target, List<Input> inputs) {
        return batch(target, inputs, false);
    }

    private Batch batch(Batch.Target target, List<Input> inputs, boolean contentIsGuilty) {
        return new Batch(target, inputs, new Outcome() {
            @Override
            public void vectors(float[][] vectors) {
                List<RuntimeException> thrown = new ArrayList<>();
                for (int i = 0; i < vectors.length; i++) {
                    inputs.get(i).vector(vectors[i], thrown);
                }
                ExceptionsHelper.maybeThrowRuntimeAndSuppress(thrown);
            }

            @Override
            public void failure(Failure failure) {
                if (failure.verdict() != Verdict.REFUSED || inputs.size() == 1) {
                    fail(inputs, failure);
                } else if (contentIsGuilty) {
                    halve(target, inputs);
                } else {
                    lane.accept(probe(target, inputs));
                }
            }

            @Override
            public boolean abandoned() {
                return inputs.stream().allMatch(Input::abandoned);
            }
        });
    }

    private Batch probe(Batch.Target target, List<Input> inputs) {
        return new Batch(target, List.of(new Input("a", 1)), new Outcome() {
            @Override
            public void vectors(float[][] vectors) {
                halve(target, inputs);
            }

            @Override
            public void failure(Failure failure) {
                fail(inputs, failure); // not the first refusal, which may quote one request's text to another
            }

            @Override
            public boolean abandoned() {
                return inputs.stream().allMatch(Input::abandoned);
            }
        });
    }

    private void halve(Batch.Target target, List<Input> inputs) {
        int middle = inputs.size() / 2;
        Each.run(
                () -> lane.accept(batch(target, inputs.subList(0, middle), true)),
                () -> lane.accept(batch(target, inputs.subList(middle, inputs.size()), true)));
    }

    static void fail(List<Input> inputs, Failure failure) {
        List<RuntimeException> thrown = new ArrayList<>();
        inputs.forEach(input -> input.failure(failure.exception(), thrown));
        ExceptionsHelper.maybeThrowRuntimeAndSuppress(thrown);
    }
}
