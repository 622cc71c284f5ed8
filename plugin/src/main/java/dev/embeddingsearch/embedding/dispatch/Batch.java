/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.embedding.http.Culprit;
import dev.embeddingsearch.embedding.http.EmbeddingsCall;
import dev.embeddingsearch.embedding.http.Failure;
import dev.embeddingsearch.model.EmbeddingModel;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** The inputs of one call, through all its attempts. Its listener receives the first outcome and no other. */
final class Batch implements EmbeddingsCall {

    private final Target target;
    private final List<Input> inputs;
    private final List<String> texts;
    private final Trial trial;
    private final BatchListener listener;
    private final AtomicBoolean reported = new AtomicBoolean();
    private volatile int failedAttempts;
    private volatile Runnable cancel = () -> {};

    /** Which question a batch answers besides embedding its inputs. */
    enum Trial {
        /** None. */
        NONE,
        /** Which of its inputs is at fault; the service works. */
        SUSPECTS,
        /** Whether the service works: its only input is a text that cannot be at fault. */
        HARMLESS
    }

    Batch(Target target, List<Input> inputs, Trial trial, BatchListener listener) {
        this.target = target;
        this.inputs = List.copyOf(inputs);
        this.texts = this.inputs.stream().map(Input::text).toList();
        this.trial = trial;
        this.listener = listener;
    }

    @Override
    public Target target() {
        return target;
    }

    @Override
    public List<String> texts() {
        return texts;
    }

    @Override
    public int countedTokens(int index) {
        return inputs.get(index).countedTokens();
    }

    @Override
    public int failedAttempts() {
        return failedAttempts;
    }

    @Override
    public boolean abandoned() {
        return listener.abandoned();
    }

    /** Remembers how to cancel the attempt in flight, or cancels it at once if the batch is abandoned. */
    @Override
    public void onCancel(Runnable howTo) {
        cancel = howTo;
        if (abandoned()) {
            cancel();
        }
    }

    void cancel() {
        cancel.run();
    }

    EmbeddingModel model() {
        return target.model();
    }

    Purpose purpose() {
        return target.purpose();
    }

    List<Input> inputs() {
        return inputs;
    }

    /** The sum of the inputs' tokens, each of which may be an upper bound. */
    int tokens() {
        return (int) Math.min(
                Integer.MAX_VALUE, inputs.stream().mapToLong(Input::tokens).sum());
    }

    /** Whether a failure cannot be the fault of a user's text. */
    boolean harmless() {
        return trial == Trial.HARMLESS;
    }

    /** Whether another attempt should follow a failure, if the number of attempts allows it. */
    boolean retries(Failure failure) {
        boolean answersTrial = harmless() || (trial == Trial.SUSPECTS && inputs.size() > 1);
        return failure.again() && !(answersTrial && failure.culprit() == Culprit.TEXT);
    }

    /** Counts a failed attempt and returns how many there were. Only one attempt is in flight at a time. */
    @SuppressWarnings(
            "NonAtomicVolatileUpdate") // attempts follow each other; volatile passes the count between threads
    int countFailedAttempt() {
        return ++failedAttempts;
    }

    /** Reports the failure of an attempt to the requests, for their message if no further attempt ends in time. */
    void attempted(Failure failure) {
        inputs.forEach(input -> input.attempted(failure));
    }

    void succeed(float[][] vectors) {
        if (reported.compareAndSet(false, true)) {
            listener.vectors(vectors);
        }
    }

    void succeed(float[][] vectors, Failure ofOthers) {
        if (reported.compareAndSet(false, true)) {
            listener.someVectors(vectors, ofOthers);
        }
    }

    void fail(Failure failure) {
        if (reported.compareAndSet(false, true)) {
            listener.failure(failure);
        }
    }
}
