/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.embedding.CacheStats;
import dev.embeddingsearch.embedding.DispatchStatus;
import dev.embeddingsearch.stats.EmbeddingStats;
import dev.embeddingsearch.stats.QueueSnapshot;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The sources of one node's counters. */
public record NodeCounters(
        EmbeddingStats stats, Supplier<CacheStats> cache, Supplier<Map<String, DispatchStatus>> queues) {

    Map<String, Long> cacheNow() {
        CacheStats now = cache.get();
        Map<String, Long> counters = new LinkedHashMap<>();
        counters.put("hits", now.hits());
        counters.put("misses", now.misses());
        counters.put("evictions", now.evictions());
        counters.put("entries", now.entries());
        counters.put("bytes", now.bytes());
        counters.put("disk_hits", now.disk().hits());
        counters.put("disk_entries", now.disk().entries());
        counters.put("disk_bytes", now.disk().bytes());
        counters.put("disk_index_bytes", now.disk().indexBytes());
        counters.put("disk_corrupt", now.disk().corrupt());
        return counters;
    }

    Map<String, QueueSnapshot> queuesNow() {
        Map<String, QueueSnapshot> all = new TreeMap<>();
        queues.get().forEach((model, dispatcher) -> all.put(model, queue(dispatcher)));
        return all;
    }

    private static QueueSnapshot queue(DispatchStatus dispatcher) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        numbers.put("queued_inputs", (long) dispatcher.queuedInputs());
        numbers.put("queued_bytes", dispatcher.queuedBytes());
        numbers.put("in_flight", (long) dispatcher.inFlight());
        numbers.put("rejections", dispatcher.rejections());
        return QueueSnapshot.of(numbers, dispatcher.breaker());
    }
}
