/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.model.EmbeddingModel;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many inputs a service was found to take in one call: fewer than {@code max_batch_inputs}, where it refused more and
 * then took the same inputs in parts. That holds for an hour, since the service may have refused for another reason, and
 * for one URL and id.
 */
final class AcceptedSizes {

    private static final long NANOS = TimeUnit.HOURS.toNanos(1);

    private final LongSupplier nanoClock;
    private volatile Learned learned;

    private record Learned(String url, String id, int inputs, long since) {}

    AcceptedSizes(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Takes over that a call of so many inputs was taken where one of more was refused. */
    void learn(EmbeddingModel model, int inputs) {
        learned = new Learned(model.url(), model.id(), inputs, nanoClock.getAsLong());
    }

    /** The most inputs known to be taken; {@link Integer#MAX_VALUE} where nothing is known. */
    int of(EmbeddingModel model) {
        Learned now = learned;
        boolean holds = now != null
                && now.url().equals(model.url())
                && now.id().equals(model.id())
                && nanoClock.getAsLong() - now.since() < NANOS;
        return holds ? now.inputs() : Integer.MAX_VALUE;
    }
}
