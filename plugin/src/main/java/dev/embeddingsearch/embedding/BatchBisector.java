/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.embedding.Batch.Target;
import dev.embeddingsearch.embedding.Batch.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Makes batches of inputs, whichever requests they come from, and gives each its own result. Where one of the inputs may
 * be at fault ({@link Culprit#TEXT}), a harmless text goes out alone. If that fails too, the call itself or the service is
 * at fault, and halving would only repeat the failure once an input. Otherwise the guilty inputs are found by halving, so
 * that one bad text never sinks the others. Of a reply that lacks some vectors the others are kept.
 */
final class BatchBisector {

    private static final String HARMLESS = "a";

    private final Consumer<Batch> lane;
    private final AcceptedSizes sizes;

    /**
     * @param lane where further batches go
     * @param sizes learns how many inputs the service takes
     */
    BatchBisector(Consumer<Batch> lane, AcceptedSizes sizes) {
        this.lane = lane;
        this.sizes = sizes;
    }

    Batch batch(Target target, List<Input> inputs) {
        return new Batch(target, inputs, Trial.NONE, new Part(target, inputs, () -> {}));
    }

    /** Asks whether the service answers at all; whoever counts its failures hears of it. */
    void ask(Target target) {
        lane.accept(harmless(target, new BatchListener() {
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

    private static Batch harmless(Target target, BatchListener outcome) {
        return new Batch(target, List.of(new Input(HARMLESS, 1)), Trial.HARMLESS, outcome);
    }

    /** Some inputs that share a call. */
    private class Part implements BatchListener {

        final Target target;
        final List<Input> inputs;
        private final Runnable whole;

        /**
         * @param whole is run when all inputs got their vectors from this very call
         */
        Part(Target target, List<Input> inputs, Runnable whole) {
            this.target = target;
            this.inputs = inputs;
            this.whole = whole;
        }

        @Override
        public void vectors(float[][] vectors) {
            RunAll.run(whole, () -> hand(vectors));
        }

        private void hand(float[][] vectors) {
            List<Runnable> tell = new ArrayList<>();
            for (int i = 0; i < vectors.length; i++) {
                Input input = inputs.get(i);
                float[] vector = vectors[i];
                if (vector != null) {
                    tell.add(() -> input.vector(vector));
                }
            }
            RunAll.run(tell);
        }

        @Override
        public void some(float[][] vectors, Failure others) {
            List<Input> missing = new ArrayList<>();
            for (int i = 0; i < vectors.length; i++) {
                if (vectors[i] == null) {
                    missing.add(inputs.get(i));
                }
            }
            RunAll.run(() -> hand(vectors), () -> missing(missing, others));
        }

        /** What to do about inputs that a reply, which has vectors for others, has none for. */
        void missing(List<Input> missing, Failure failure) {
            lane.accept(suspects(target, missing, () -> {}));
        }

        @Override
        public void failure(Failure failure) {
            if (failure.culprit() != Culprit.TEXT || (inputs.size() == 1 && failure.refusal())) {
                fail(inputs, failure);
            } else {
                lane.accept(harmless(target, new Search(target, inputs, failure)));
            }
        }

        @Override
        public boolean abandoned() {
            return inputs.stream().allMatch(Input::abandoned);
        }
    }

    private Batch suspects(Target target, List<Input> inputs, Runnable whole) {
        return new Batch(target, inputs, Trial.SUSPECTS, new Suspects(target, inputs, whole));
    }

    /** Inputs of which one at least is at fault, as far as the service works. */
    private final class Suspects extends Part {

        Suspects(Target target, List<Input> inputs, Runnable whole) {
            super(target, inputs, whole);
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

    /** Hears of the harmless text, whether the inputs' own failure is one of the service. */
    private final class Search extends Part {

        private final Failure failure;

        Search(Target target, List<Input> inputs, Failure failure) {
            super(target, inputs, () -> {});
            this.failure = failure;
        }

        @Override
        public void vectors(float[][] vectors) {
            if (inputs.size() > 1) {
                halve(target, inputs, failure);
            } else if (failure.again()) { // and it was sent again, as often as that may be
                fail(inputs, failure.ofText());
            } else {
                lane.accept(suspects(target, inputs, () -> {}));
            }
        }

        @Override
        public void failure(Failure ofHarmless) {
            fail(inputs, inputs.size() == 1 ? failure : ofHarmless); // several had best not hear of each other's texts
        }
    }

    private void halve(Target target, List<Input> inputs, Failure failure) {
        int half = Math.min((inputs.size() + 1) / 2, sizes.of(target.model()));
        List<List<Input>> parts = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i += half) {
            parts.add(inputs.subList(i, Math.min(inputs.size(), i + half)));
        }
        AtomicInteger left = new AtomicInteger(parts.size());
        Runnable whole = () -> {
            if (left.decrementAndGet() == 0 && failure.refusal()) { // no text was at fault: there were too many
                sizes.learn(target.model(), half);
            }
        };
        RunAll.run(parts, part -> lane.accept(suspects(target, part, whole)));
    }

    static void fail(List<Input> inputs, Failure failure) {
        RunAll.run(inputs, input -> input.failure(failure.exception()));
    }
}
