/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.model.Side;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** The inputs of one call, through all its attempts. Its outcome is told once, whoever comes first. */
final class Batch {

    private final Target target;
    private final List<Input> inputs;
    private final Trial trial;
    private final BatchListener outcome;
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile int failedAttempts;
    private volatile Runnable cancel = () -> {};

    /** Where inputs go and what is to come back; inputs of one target may share a call. */
    record Target(EmbeddingModel model, Side side, Purpose purpose, VectorShape shape) {}

    /** What a batch is to find out. */
    enum Trial {
        /** Nothing. */
        NONE,
        /** Which of its inputs is at fault; the service works. */
        SUSPECTS,
        /** Whether the service works: its only input is a text that cannot be at fault. */
        HARMLESS
    }

    Batch(Target target, List<Input> inputs, Trial trial, BatchListener outcome) {
        this.target = target;
        this.inputs = List.copyOf(inputs);
        this.trial = trial;
        this.outcome = outcome;
    }

    Target target() {
        return target;
    }

    /** Whether no text of a user's can be the cause when it fails. */
    boolean harmless() {
        return trial == Trial.HARMLESS;
    }

    /** Whether such a failure is to be followed by another attempt, as far as the number of attempts allows it. */
    boolean retries(Failure failure) {
        boolean isAnswer = harmless() || (trial == Trial.SUSPECTS && inputs.size() > 1);
        return failure.again() && !(isAnswer && failure.culprit() == Culprit.TEXT);
    }

    EmbeddingModel model() {
        return target.model();
    }

    Side side() {
        return target.side();
    }

    Purpose purpose() {
        return target.purpose();
    }

    boolean abandoned() {
        return outcome.abandoned();
    }

    VectorShape shape() {
        return target.shape();
    }

    List<Input> inputs() {
        return inputs;
    }

    List<String> texts() {
        return inputs.stream().map(Input::text).toList();
    }

    int tokens() {
        return (int) Math.min(
                Integer.MAX_VALUE, inputs.stream().mapToLong(Input::tokens).sum());
    }

    /** Counts a failed attempt and returns how many there were. Only one attempt is under way at a time. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // attempts follow each other; volatile hands the count between threads
    int countFailedAttempt() {
        return ++failedAttempts;
    }

    int failedAttempts() {
        return failedAttempts;
    }

    /** Takes over how to end the call under way, and uses it at once where nobody waits any more. */
    void onCancel(Runnable howTo) {
        cancel = howTo;
        if (abandoned()) {
            cancel();
        }
    }

    void cancel() {
        cancel.run();
    }

    void succeed(float[][] vectors) {
        if (told.compareAndSet(false, true)) {
            outcome.vectors(vectors);
        }
    }

    void succeed(float[][] vectors, Failure others) {
        if (told.compareAndSet(false, true)) {
            outcome.some(vectors, others);
        }
    }

    /** Lets those who wait for the inputs know how an attempt ended, should no further one come in time. */
    void attempted(Failure failure) {
        inputs.forEach(input -> input.attempted(failure));
    }

    void fail(Failure failure) {
        if (told.compareAndSet(false, true)) {
            outcome.failure(failure);
        }
    }
}
