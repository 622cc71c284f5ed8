/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.RunAll;
import dev.embeddingsearch.embedding.dispatch.Batch.Trial;
import dev.embeddingsearch.embedding.http.Culprit;
import dev.embeddingsearch.embedding.http.EmbeddingsCall.Target;
import dev.embeddingsearch.embedding.http.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Makes batches of inputs and passes the result of each input to its requests, so that one bad text never fails the
 * other texts of its call. If a text may be at fault ({@link Culprit#TEXT}), it proceeds by bisection:
 *
 * <ol>
 *   <li>It sends a harmless text alone. If the harmless text fails as well, the call itself or the service is at fault,
 *       and all inputs fail: halving would only repeat the failure for each input.
 *   <li>Otherwise it sends the inputs in halves until each input at fault is alone in its call.
 * </ol>
 *
 * <p>If a reply lacks the vectors of some inputs, only those inputs are sent again.
 */
final class BatchBisector {

    private static final String HARMLESS = "a";

    private final Consumer<Batch> dispatcher;
    private final AcceptedSizes sizes;

    /**
     * @param dispatcher sends further batches
     * @param sizes learns how many inputs the service accepts in one call
     */
    BatchBisector(Consumer<Batch> dispatcher, AcceptedSizes sizes) {
        this.dispatcher = dispatcher;
        this.sizes = sizes;
    }

    Batch batch(Target target, List<Input> inputs) {
        return new Batch(target, inputs, Trial.NONE, new Part(target, inputs, () -> {}));
    }

    /** Sends a harmless text to find out whether the service answers; only the circuit breaker uses the outcome. */
    void sendHarmless(Target target) {
        dispatcher.accept(harmless(target, new BatchListener() {
            @Override
            public void vectors(float[][] vectors) {}

            @Override
            public void failure(Failure failure) {}

            @Override
            public boolean abandoned() {
                return false;
            }
        }));
    }

    private static Batch harmless(Target target, BatchListener listener) {
        return new Batch(target, List.of(new Input(HARMLESS, 1)), Trial.HARMLESS, listener);
    }

    /** Inputs that share a call and are not suspected yet. */
    private class Part implements BatchListener {

        final Target target;
        final List<Input> inputs;
        private final Runnable onAllVectors;

        /**
         * @param onAllVectors runs if this very call returns the vectors of all inputs
         */
        Part(Target target, List<Input> inputs, Runnable onAllVectors) {
            this.target = target;
            this.inputs = inputs;
            this.onAllVectors = onAllVectors;
        }

        @Override
        public void vectors(float[][] vectors) {
            RunAll.run(onAllVectors, () -> passOn(vectors));
        }

        private void passOn(float[][] vectors) {
            List<Runnable> reports = new ArrayList<>();
            for (int i = 0; i < vectors.length; i++) {
                Input input = inputs.get(i);
                float[] vector = vectors[i];
                if (vector != null) {
                    reports.add(() -> input.vector(vector));
                }
            }
            RunAll.run(reports);
        }

        @Override
        public void someVectors(float[][] vectors, Failure ofOthers) {
            List<Input> missing = new ArrayList<>();
            for (int i = 0; i < vectors.length; i++) {
                if (vectors[i] == null) {
                    missing.add(inputs.get(i));
                }
            }
            RunAll.run(() -> passOn(vectors), () -> missing(missing, ofOthers));
        }

        /** Handles inputs without a vector in a reply that has vectors for other inputs. */
        void missing(List<Input> missing, Failure failure) {
            dispatcher.accept(suspects(target, missing, () -> {}));
        }

        @Override
        public void failure(Failure failure) {
            if (failure.culprit() != Culprit.TEXT || (inputs.size() == 1 && failure.refusal())) {
                fail(inputs, failure);
            } else {
                dispatcher.accept(harmless(target, new HarmlessTrial(target, inputs, failure)));
            }
        }

        @Override
        public boolean abandoned() {
            return inputs.stream().allMatch(Input::abandoned);
        }
    }

    private Batch suspects(Target target, List<Input> inputs, Runnable onAllVectors) {
        return new Batch(target, inputs, Trial.SUSPECTS, new Suspects(target, inputs, onAllVectors));
    }

    /** Inputs of which at least one is at fault, provided that the service still works. */
    private final class Suspects extends Part {

        Suspects(Target target, List<Input> inputs, Runnable onAllVectors) {
            super(target, inputs, onAllVectors);
        }

        @Override
        void missing(List<Input> missing, Failure failure) {
            fail(missing, failure.ofText());
        }

        @Override
        public void failure(Failure failure) {
            if (failure.culprit() != Culprit.TEXT) {
                fail(inputs, failure);
            } else if (inputs.size() == 1) {
                fail(inputs, failure.ofText());
            } else {
                halve(target, inputs, failure);
            }
        }
    }

    /** Receives the outcome of the harmless text, which decides whether one of the inputs is at fault. */
    private final class HarmlessTrial extends Part {

        private final Failure failure;

        HarmlessTrial(Target target, List<Input> inputs, Failure failure) {
            super(target, inputs, () -> {});
            this.failure = failure;
        }

        @Override
        public void vectors(float[][] vectors) {
            if (inputs.size() > 1) {
                halve(target, inputs, failure);
            } else if (failure.again()) { // all attempts for the only input have failed already
                fail(inputs, failure.ofText());
            } else {
                dispatcher.accept(suspects(target, inputs, () -> {}));
            }
        }

        @Override
        public void failure(Failure ofHarmless) {
            // The message about several inputs may quote one of them, which the other requests must not see.
            fail(inputs, inputs.size() == 1 ? failure : ofHarmless);
        }
    }

    private void halve(Target target, List<Input> inputs, Failure failure) {
        int half = Math.min((inputs.size() + 1) / 2, sizes.of(target.model()));
        List<List<Input>> parts = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i += half) {
            parts.add(inputs.subList(i, Math.min(inputs.size(), i + half)));
        }
        AtomicInteger left = new AtomicInteger(parts.size());
        Runnable onAllVectors = () -> {
            if (left.decrementAndGet() == 0 && failure.refusal()) { // no text was at fault: there were too many
                sizes.learn(target.model(), half);
            }
        };
        RunAll.run(parts, part -> dispatcher.accept(suspects(target, part, onAllVectors)));
    }

    static void fail(List<Input> inputs, Failure failure) {
        RunAll.run(inputs, input -> input.failure(failure.exception()));
    }
}
