/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.embedding.http.EmbeddingsCall.Target;
import dev.embeddingsearch.model.EmbeddingModel.Limits;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Inputs of any requests that wait for a call to one target: in order of arrival, each distinct text once.
 *
 * <p>A full call goes as soon as it may. A call that is not full goes at once for searches, with {@code linger} 0, or
 * if it holds a single request and no other call is in flight. Otherwise further documents are likely to come, and it
 * waits until no request has arrived for {@code linger} and none is being prepared, but at most {@value #MAX_LINGERS}
 * times {@code linger}. So a single client never waits, a few clients wait some milliseconds, and many clients fill
 * their calls.
 *
 * <p>Guarded by {@link DispatchState}.
 */
final class InputQueue {

    /** The first input waits at most this many times {@code linger}. */
    static final int MAX_LINGERS = 200;

    private final Target target;
    private final Map<String, Queued> inputs = new LinkedHashMap<>();
    private long tokens;
    private int requests;
    private long newest;

    /** An input and the time of its arrival in nanoseconds. */
    private record Queued(Input input, long since) {}

    InputQueue(Target target) {
        this.target = target;
    }

    Target target() {
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

    /** When the first input arrived, in nanoseconds. */
    long oldest() {
        return inputs.values().iterator().next().since();
    }

    /** The approximate number of tokens of the next call. */
    int nextTokens(BatchLimits batchLimits) {
        return (int) Math.min(batchLimits.maxTokens(), tokens);
    }

    /**
     * Nanoseconds until the next call may go.
     *
     * @param inFlight calls of the model in flight
     * @param preparing requests to the model that are about to add inputs
     */
    long delay(long now, BatchLimits batchLimits, int inFlight, int preparing) {
        Limits limits = target.model().limits();
        boolean alone = inFlight == 0 && preparing == 0 && requests == 1;
        if (target.purpose() == Purpose.SEARCH || alone || batchLimits.isFull(inputs.size(), tokens)) {
            return 0;
        }
        long linger = limits.linger().nanos();
        long latest = oldest() + MAX_LINGERS * linger - now;
        long quiet = preparing > 0 ? latest : newest + linger - now;
        return Math.max(0, Math.min(quiet, latest));
    }

    List<Input> poll(BatchLimits batchLimits) {
        List<Input> removed =
                batchLimits.removeFirst(() -> new Removing(inputs.values().iterator()));
        tokens -= removed.stream().mapToLong(Input::tokens).sum();
        return removed;
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

    /** Iterates over inputs and can remove them from the queue. */
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
