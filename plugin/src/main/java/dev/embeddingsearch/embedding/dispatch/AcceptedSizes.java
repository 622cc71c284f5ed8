/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.model.EmbeddingModel;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Learns how many inputs a service accepts in one call, if it is fewer than {@code max_batch_inputs}: it refused a call
 * and then accepted the same inputs in parts. The knowledge is kept for one URL and id, and for an hour, since the
 * service may have refused the call for another reason.
 */
final class AcceptedSizes {

    private static final long KEPT_NANOS = TimeUnit.HOURS.toNanos(1);

    private final LongSupplier nanoClock;
    private volatile Learned learned;

    private record Learned(String url, String id, int inputs, long since) {}

    AcceptedSizes(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Remembers that the service has accepted {@code inputs} inputs in one call, but not a call of more. */
    void learn(EmbeddingModel model, int inputs) {
        learned = new Learned(model.url(), model.id(), inputs, nanoClock.getAsLong());
    }

    /** Most inputs that the service is known to accept; {@link Integer#MAX_VALUE} if nothing is known. */
    int of(EmbeddingModel model) {
        Learned now = learned;
        boolean valid = now != null
                && now.url().equals(model.url())
                && now.id().equals(model.id())
                && nanoClock.getAsLong() - now.since() < KEPT_NANOS;
        return valid ? now.inputs() : Integer.MAX_VALUE;
    }
}
