/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.embedding.Failure.Verdict;
import java.util.List;

/**
 * Sends inputs and, when the service refuses them for their content, finds the guilty ones by halving, so that one bad
 * text never sinks the others. Before the first halving a harmless text goes out alone: if that is refused too, the
 * request itself is wrong and halving would only repeat the refusal once an input.
 */
final class Divider {

    private static final Input HARMLESS = new Input("a", 1, List.of());

    private final Lane lane;
    private final Batch.Target target;
    private final Collector collector;

    Divider(Lane lane, Batch.Target target, Collector collector) {
        this.lane = lane;
        this.target = target;
        this.collector = collector;
    }

    void send(List<Input> inputs) {
        send(inputs, false);
    }

    private void send(List<Input> inputs, boolean contentIsGuilty) {
        lane.submit(new Batch(target, inputs, new Outcome() {
            @Override
            public void vectors(float[][] vectors) {
                for (int i = 0; i < vectors.length; i++) {
                    collector.vector(inputs.get(i).positions(), vectors[i]);
                }
            }

            @Override
            public void failure(Failure failure) {
                if (failure.verdict() != Verdict.REFUSED || inputs.size() == 1) {
                    fail(inputs, failure);
                } else if (contentIsGuilty) {
                    halve(inputs);
                } else {
                    probe(inputs, failure);
                }
            }
        }));
    }

    private void probe(List<Input> inputs, Failure refusal) {
        lane.submit(new Batch(target, List.of(HARMLESS), new Outcome() {
            @Override
            public void vectors(float[][] vectors) {
                halve(inputs);
            }

            @Override
            public void failure(Failure failure) {
                fail(inputs, failure.verdict() == Verdict.REFUSED ? refusal : failure);
            }
        }));
    }

    private void halve(List<Input> inputs) {
        int middle = inputs.size() / 2;
        send(inputs.subList(0, middle), true);
        send(inputs.subList(middle, inputs.size()), true);
    }

    private void fail(List<Input> inputs, Failure failure) {
        inputs.forEach(input -> collector.failure(input.positions(), failure.exception()));
    }
}
