/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.embedding.Batch.Target;
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
 * What waits for its turn, of one purpose: batches already made, which go first, and inputs by their target. Guarded by
 * the lane.
 */
final class PendingWork {

    private final Deque<Batch> batches = new ArrayDeque<>();
    private final Map<Target, InputQueue> queues = new LinkedHashMap<>(); // none of them empty

    /**
     * The next call, as far as it is known before it is made.
     *
     * @param packer by which it is made
     * @param tokens how many it has, nearly
     * @param delay nanoseconds for which it had better wait for more inputs
     * @param queue of its inputs, or null where the batch is made already
     */
    record Next(Limits limits, BatchLimits packer, int tokens, long delay, InputQueue queue) {}

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
     * The call whose turn is next: a batch; else that which may go first; among those the one that waited longest.
     *
     * @param packers how much of a model's goes into one call
     */
    Next next(long now, int inFlight, int preparing, Function<EmbeddingModel, BatchLimits> packers) {
        if (!batches.isEmpty()) {
            Batch batch = batches.peekFirst();
            return new Next(batch.model().limits(), null, batch.tokens(), 0, null);
        }
        Next first = null;
        for (InputQueue queue : queues.values()) {
            Limits limits = queue.target().model().limits();
            BatchLimits packer = packers.apply(queue.target().model());
            long delay = queue.delay(now, packer, inFlight, preparing);
            if (first == null || delay < first.delay() || (delay == first.delay() && isOlder(queue, first.queue()))) {
                first = new Next(limits, packer, queue.nextTokens(packer), delay, queue);
            }
        }
        return first;
    }

    private static boolean isOlder(InputQueue a, InputQueue b) {
        return a.oldest() - b.oldest() < 0;
    }

    /** Makes the call and takes it out. */
    Batch take(Next next, BatchBisector divider) {
        InputQueue queue = next.queue();
        if (queue == null) {
            return batches.removeFirst();
        }
        List<Input> inputs = queue.take(next.packer());
        if (queue.isEmpty()) {
            queues.remove(queue.target());
        }
        return divider.batch(queue.target(), inputs);
    }

    void removeAbandoned() {
        batches.removeIf(Batch::abandoned);
        queues.values().forEach(InputQueue::removeAbandoned);
        queues.values().removeIf(InputQueue::isEmpty);
    }

    /** Forgets all batches but these. */
    void retain(Set<Batch> kept) {
        batches.retainAll(kept);
    }

    /** Forgets the inputs that are in no batch and returns them by their target. */
    Map<Target, List<Input>> clearInputs() {
        Map<Target, List<Input>> left = new HashMap<>();
        queues.forEach((target, queue) -> left.put(target, queue.inputs()));
        queues.clear();
        return left;
    }
}
