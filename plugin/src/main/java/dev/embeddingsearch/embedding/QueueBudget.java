/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.opensearch.common.lease.Releasable;
import org.opensearch.common.lease.Releasables;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.breaker.CircuitBreakingException;
import org.opensearch.core.common.unit.ByteSizeValue;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.indices.breaker.BreakerSettings;

/**
 * How many bytes of texts and vectors may be on their way through this node's client, from the request to its answer. They
 * are reported to a circuit breaker of OpenSearch, whose parent may refuse them earlier. Documents leave the last
 * sixteenth to searches.
 */
public final class QueueBudget {

    /** The circuit breaker's name, in {@code GET _nodes/stats/breaker} and in {@code breaker.embedding.limit}. */
    public static final String BREAKER = "embedding";

    public static final Setting<ByteSizeValue> SIZE =
            Setting.memorySizeSetting("embedding.queue.size", "10%", Setting.Property.NodeScope);

    private final long limit;
    private final Supplier<CircuitBreaker> breaker;
    private final AtomicLong used = new AtomicLong();

    /**
     * @param breaker asked at the first use: plugins are made before circuit breakers are
     */
    public QueueBudget(Settings settings, Supplier<CircuitBreaker> breaker) {
        this.limit = SIZE.get(settings).getBytes();
        this.breaker = breaker;
    }

    /** What the circuit breaker is to be made with; {@code breaker.embedding.*} comes first. */
    public static BreakerSettings breakerSettings(Settings settings) {
        return breakerSettings(SIZE.get(settings).getBytes(), settings);
    }

    private static BreakerSettings breakerSettings(long limit, Settings settings) {
        return BreakerSettings.updateFromSettings(
                new BreakerSettings(
                        BREAKER, limit, 1.0, CircuitBreaker.Type.MEMORY, CircuitBreaker.Durability.TRANSIENT),
                settings);
    }

    /** The settings whose changes {@link #update} wants to hear of. */
    public static List<Setting<?>> dynamicSettings() {
        return List.of(BreakerSettings.CIRCUIT_BREAKER_LIMIT_SETTING, BreakerSettings.CIRCUIT_BREAKER_OVERHEAD_SETTING);
    }

    /**
     * Sets limit and overhead of the circuit breaker to those of changed settings. OpenSearch's own consumer, which comes
     * before, takes the whole heap and twice the bytes for what is not set.
     */
    public void update(Settings clusterSettings) {
        BreakerSettings changed = breakerSettings(limit, clusterSettings);
        breaker.get().setLimitAndOverhead(changed.getLimit(), changed.getOverhead());
    }

    /** Most bytes that a single text may have, so that it finds room at all. */
    long mostOf(Purpose purpose) {
        return purpose == Purpose.SEARCH ? limit : limit - limit / 16;
    }

    /**
     * Takes a request's bytes, until the result is closed; closing it again does nothing.
     *
     * @throws OpenSearchRejectedExecutionException if there is no room for them
     */
    Releasable reserve(Purpose purpose, long bytes) {
        long most = mostOf(purpose);
        if (used.addAndGet(bytes) > most) {
            long before = used.addAndGet(-bytes);
            throw new OpenSearchRejectedExecutionException("expected texts and vectors of at most ["
                    + new ByteSizeValue(most) + "] on their way to be embedded, got [" + new ByteSizeValue(bytes)
                    + "] more on top of [" + new ByteSizeValue(before)
                    + "]; send them again later, in smaller requests or fewer at a time, or raise [" + SIZE.getKey()
                    + "]");
        }
        try {
            breaker.get().addEstimateBytesAndMaybeBreak(bytes, "texts to embed");
        } catch (CircuitBreakingException e) {
            used.addAndGet(-bytes);
            OpenSearchRejectedExecutionException rejection = new OpenSearchRejectedExecutionException("no memory for ["
                    + new ByteSizeValue(bytes) + "] of texts and vectors to embed: " + e.getMessage());
            rejection.initCause(e);
            throw rejection;
        }
        return Releasables.releaseOnce(() -> {
            used.addAndGet(-bytes);
            breaker.get().addWithoutBreaking(-bytes);
        });
    }

    /** Bytes held at present. */
    public long bytes() {
        return used.get();
    }

    /** One model's part, which counts for itself. */
    final class Share {

        long mostOf(Purpose purpose) {
            return QueueBudget.this.mostOf(purpose);
        }

        private final AtomicLong bytes = new AtomicLong();
        private final LongAdder rejections = new LongAdder();

        /** As {@link QueueBudget#reserve}. */
        Releasable reserve(Purpose purpose, long bytesOfRequest) {
            Releasable whole;
            try {
                whole = QueueBudget.this.reserve(purpose, bytesOfRequest);
            } catch (OpenSearchRejectedExecutionException e) {
                rejections.increment();
                throw e;
            }
            bytes.addAndGet(bytesOfRequest);
            return Releasables.releaseOnce(() -> {
                bytes.addAndGet(-bytesOfRequest);
                whole.close();
            });
        }

        long bytes() {
            return bytes.get();
        }

        long rejections() {
            return rejections.sum();
        }
    }
}
