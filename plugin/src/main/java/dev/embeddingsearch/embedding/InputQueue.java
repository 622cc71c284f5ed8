/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.model.EmbeddingModel.Limits;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The inputs that wait for calls to one target, of whichever requests, in order of arrival and each distinct text once.
 *
 * <p>A full call goes as soon as it may. One that is not full goes at once for searches, with {@code linger} 0, and when it
 * holds a single request and nothing else is under way. Otherwise more documents are likely to come, and it waits until
 * {@code linger} has passed without a further request and none is being prepared, {@value #LONGEST_WAIT} times
 * {@code linger} at most. So a lone client waits for nothing, several pay some milliseconds, and many fill their calls.
 *
 * <p>Guarded by the lane.
 */
final class InputQueue {

    /** How many times {@code linger} the first input waits at most. */
    static final int LONGEST_WAIT = 200;

    private final Batch.Target target;
    private final Map<String, Queued> inputs = new LinkedHashMap<>();
    private long tokens;
    private int requests;
    private long newest;

    /** An input and when it came. */
    private record Queued(Input input, long since) {}

    InputQueue(Batch.Target target) {
        this.target = target;
    }

    Batch.Target target() {
        return target;
    }

    void add(List<Input> arrivals, long now) {
        requests++;
        newest = now;
        for (Input input : arrivals) {
            Queued same = inputs.putIfAbsent(input.text(), new Queued(input, now));
            if (same == null) {
                tokens += input.tokens();
            } else {
                same.input().join(input);
            }
        }
    }

    int size() {
        return inputs.size();
    }

    boolean isEmpty() {
        return inputs.isEmpty();
    }

    /** When the first of them came. */
    long oldest() {
        return inputs.values().iterator().next().since();
    }

    /** How many tokens the next call has, nearly. */
    int nextTokens(BatchLimits packer) {
        return (int) Math.min(packer.maxTokens(), tokens);
    }

    /**
     * Nanoseconds until the next call may go.
     *
     * @param inFlight how many calls of the model are under way
     * @param preparing how many requests to the model are about to add inputs
     */
    long delay(long now, BatchLimits packer, int inFlight, int preparing) {
        Limits limits = target.model().limits();
        boolean alone = inFlight == 0 && preparing == 0 && requests == 1;
        if (target.purpose() == Purpose.SEARCH || alone || packer.isFull(inputs.size(), tokens)) {
            return 0;
        }
        long linger = limits.linger().nanos();
        long longest = oldest() + LONGEST_WAIT * linger - now;
        long quiet = preparing > 0 ? longest : newest + linger - now;
        return Math.max(0, Math.min(quiet, longest));
    }

    List<Input> take(BatchLimits packer) {
        List<Input> taken = packer.take(() -> new Removing(inputs.values().iterator()));
        tokens -= taken.stream().mapToLong(Input::tokens).sum();
        return taken;
    }

    void removeAbandoned() {
        for (Iterator<Input> left = new Removing(inputs.values().iterator()); left.hasNext(); ) {
            Input input = left.next();
            if (input.abandoned()) {
                left.remove();
                tokens -= input.tokens();
            }
        }
    }

    List<Input> inputs() {
        return inputs.values().stream().map(Queued::input).toList();
    }

    /** Goes through inputs and takes them out. */
    private record Removing(Iterator<Queued> queued) implements Iterator<Input> {

        @Override
        public boolean hasNext() {
            return queued.hasNext();
        }

        @Override
        public Input next() {
            return queued.next().input();
        }

        @Override
        public void remove() {
            queued.remove();
        }
    }
}
