/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.http.EmbeddingsCall.Target;
import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.model.EmbeddingModel.Limits;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The queued work of one purpose: batches made already, which go first, and inputs by target. Guarded by {@link
 * DispatchState}.
 */
final class PendingWork {

    private final Deque<Batch> batches = new ArrayDeque<>();
    private final Map<Target, InputQueue> queues = new LinkedHashMap<>(); // no empty ones

    /**
     * The next call, as far as it is known before its batch is made.
     *
     * @param batchLimits bounds of the batch to make; null if the batch exists
     * @param tokens approximate number of tokens of the call
     * @param delay nanoseconds for which the call should wait for further inputs
     * @param queue holds its inputs; null if the batch exists
     */
    record Next(Limits limits, BatchLimits batchLimits, int tokens, long delay, InputQueue queue) {}

    void addFirst(Batch batch) {
        batches.addFirst(batch);
    }

    void addLast(Batch batch) {
        batches.addLast(batch);
    }

    void add(Target target, List<Input> inputs, long now) {
        if (!inputs.isEmpty()) {
            queues.computeIfAbsent(target, InputQueue::new).add(inputs, now);
        }
    }

    boolean isEmpty() {
        return batches.isEmpty() && queues.isEmpty();
    }

    /** How many inputs are in no batch yet. */
    int inputs() {
        return queues.values().stream().mapToInt(InputQueue::size).sum();
    }

    /**
     * The next call, or null: the first batch, else the queue that may go first, the oldest of several.
     *
     * @param batchLimits bounds of a batch by model
     */
    Next next(long now, int inFlight, int preparing, Function<EmbeddingModel, BatchLimits> batchLimits) {
        if (!batches.isEmpty()) {
            Batch batch = batches.peekFirst();
            return new Next(batch.model().limits(), null, batch.tokens(), 0, null);
        }
        Next first = null;
        for (InputQueue queue : queues.values()) {
            Limits limits = queue.target().model().limits();
            BatchLimits ofModel = batchLimits.apply(queue.target().model());
            long delay = queue.delay(now, ofModel, inFlight, preparing);
            if (first == null || delay < first.delay() || (delay == first.delay() && isOlder(queue, first.queue()))) {
                first = new Next(limits, ofModel, queue.nextTokens(ofModel), delay, queue);
            }
        }
        return first;
    }

    private static boolean isOlder(InputQueue a, InputQueue b) {
        return a.oldest() - b.oldest() < 0;
    }

    /** Removes the next call and makes its batch. */
    Batch poll(Next next, BatchBisector bisector) {
        InputQueue queue = next.queue();
        if (queue == null) {
            return batches.removeFirst();
        }
        List<Input> inputs = queue.poll(next.batchLimits());
        if (queue.isEmpty()) {
            queues.remove(queue.target());
        }
        return bisector.batch(queue.target(), inputs);
    }

    void removeAbandoned() {
        batches.removeIf(Batch::abandoned);
        queues.values().forEach(InputQueue::removeAbandoned);
        queues.values().removeIf(InputQueue::isEmpty);
    }

    /** Drops all batches but these. */
    void retain(Set<Batch> kept) {
        batches.retainAll(kept);
    }

    /** Drops the inputs that are in no batch and returns them by target. */
    Map<Target, List<Input>> clearInputs() {
        Map<Target, List<Input>> left = new HashMap<>();
        queues.forEach((target, queue) -> left.put(target, queue.inputs()));
        queues.clear();
        return left;
    }
}
