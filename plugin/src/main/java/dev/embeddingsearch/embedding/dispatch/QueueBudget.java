/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.Purpose;
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
 * Bounds the memory of texts and vectors whose request has no answer yet, over all models of this node. The bytes are
 * also reported to a circuit breaker of OpenSearch, whose parent may refuse them earlier. The last sixteenth is
 * reserved for searches.
 */
public final class QueueBudget {

    /**
     * Name of OpenSearch's circuit breaker, as in {@code GET _nodes/stats/breaker} and {@code breaker.embedding.limit}.
     */
    public static final String BREAKER = "embedding";

    /** Size of the queue in memory. */
    public static final Setting<ByteSizeValue> SIZE =
            Setting.memorySizeSetting("embedding.queue.size", "10%", Setting.Property.NodeScope);

    private final long limit;
    private final Supplier<CircuitBreaker> breaker;
    private final AtomicLong used = new AtomicLong();

    /**
     * @param breaker called at first use: OpenSearch creates plugins before circuit breakers
     */
    public QueueBudget(Settings settings, Supplier<CircuitBreaker> breaker) {
        this.limit = SIZE.get(settings).getBytes();
        this.breaker = breaker;
    }

    /** The settings for creating the circuit breaker; {@code breaker.embedding.*} override {@link #SIZE}. */
    public static BreakerSettings breakerSettings(Settings settings) {
        return breakerSettings(SIZE.get(settings).getBytes(), settings);
    }

    private static BreakerSettings breakerSettings(long limit, Settings settings) {
        return BreakerSettings.updateFromSettings(
                new BreakerSettings(
                        BREAKER, limit, 1.0, CircuitBreaker.Type.MEMORY, CircuitBreaker.Durability.TRANSIENT),
                settings);
    }

    /** The settings for whose changes {@link #update} must be registered. */
    public static List<Setting<?>> dynamicSettings() {
        return List.of(BreakerSettings.CIRCUIT_BREAKER_LIMIT_SETTING, BreakerSettings.CIRCUIT_BREAKER_OVERHEAD_SETTING);
    }

    /**
     * Sets limit and overhead of the circuit breaker after a change of settings. OpenSearch updates the breaker first,
     * but replaces settings that are not set by the whole heap and by an overhead of 2.
     */
    public void update(Settings clusterSettings) {
        BreakerSettings changed = breakerSettings(limit, clusterSettings);
        breaker.get().setLimitAndOverhead(changed.getLimit(), changed.getOverhead());
    }

    /** The bytes that requests of this purpose may use while the queue is empty. */
    long maxBytes(Purpose purpose) {
        return purpose == Purpose.SEARCH ? limit : limit - limit / 16;
    }

    /**
     * Reserves the bytes of a request until the result is closed; closing it again has no effect.
     *
     * @throws OpenSearchRejectedExecutionException if the queue or the heap is full
     */
    Releasable reserve(Purpose purpose, long bytes) {
        long max = maxBytes(purpose);
        if (used.addAndGet(bytes) > max) {
            long before = used.addAndGet(-bytes);
            throw new OpenSearchRejectedExecutionException("expected texts and vectors of at most ["
                    + new ByteSizeValue(max) + "] on their way to be embedded, got [" + new ByteSizeValue(bytes)
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

    /** Bytes reserved now. */
    public long bytes() {
        return used.get();
    }

    /** The part of one model, which counts its own bytes and rejections. */
    final class Share {

        long maxBytes(Purpose purpose) {
            return QueueBudget.this.maxBytes(purpose);
        }

        private final AtomicLong bytes = new AtomicLong();
        private final LongAdder rejections = new LongAdder();

        /** Reserves as {@link QueueBudget#reserve} does. */
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
