/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.embedding.InFlight.Waiter;
import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.model.Models;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.unit.ByteSizeValue;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;

/**
 * Answers from memory, or else from disk, what was embedded before and passes on only the rest; a text that is on its way
 * already is waited for, not looked for or sent again. Vectors are kept by {@link VectorKey}, so a change of a model's
 * settings asks for other keys, and the old vectors leave as the oldest. Failures are told to all who wait and never kept.
 */
public final class CachingEmbedder implements Embedder {

    /** Memory for vectors; 0 keeps none there. Without a place on disk either, everything is passed on, and nothing joined. */
    public static final Setting<ByteSizeValue> SIZE =
            Setting.memorySizeSetting("embedding.cache.size", "1%", Setting.Property.NodeScope);

    private final Embedder next;
    private final Models models;
    private final ThreadContext threadContext;
    private final DiskCache disk;
    private final boolean enabled;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

    // Guarded by this, so that a text is at every moment in the cache, on its way, or neither. Nobody is told or asked
    // anything under the lock.
    private final VectorCache cache;
    private final Map<InFlight.Name, InFlight> flights = new HashMap<>();

    /** A cache in front of {@code next}, with so many bytes of memory; on disk as {@code disk} says. */
    public CachingEmbedder(
            Embedder next, Models models, ByteSizeValue size, DiskCache disk, ThreadContext threadContext) {
        this.next = next;
        this.models = models;
        this.threadContext = threadContext;
        this.disk = disk;
        this.enabled = size.getBytes() > 0 || disk.enabled();
        this.cache = new VectorCache(size.getBytes());
    }

    /** What is there and what is not: each found vector with its waiter, and the flights this request has to start. */
    private record Found(Map<Waiter, float[]> vectors, List<InFlight> toStart) {}

    @Override
    public void embed(EmbeddingRequest request, ActionListener<List<EmbeddingResult>> listener) {
        if (!enabled || request.texts().isEmpty()) {
            next.embed(request, listener);
            return;
        }
        EmbeddingModel model;
        Map<VectorKey, List<Integer>> positions;
        try {
            model = models.get(request.model());
            positions = positions(request, VectorKey.of(model, request));
        } catch (RuntimeException e) {
            listener.onFailure(e);
            return;
        }
        Collector collector = new Collector(
                request.texts().size(), ContextPreservingActionListener.wrapPreservingContext(listener, threadContext));
        Found found = find(request, model, positions, collector);
        hits.add(found.vectors().keySet().stream()
                .mapToInt(waiter -> waiter.positions().size())
                .sum());
        RunAll.run(
                () -> RunAll.run(
                        found.vectors().entrySet(),
                        vector -> collector.vector(
                                vector.getKey().positions(), vector.getValue().clone())),
                () -> start(request, found.toStart()));
    }

    private static Map<VectorKey, List<Integer>> positions(EmbeddingRequest request, Function<String, VectorKey> keys) {
        Map<VectorKey, List<Integer>> positions = new LinkedHashMap<>();
        for (int i = 0; i < request.texts().size(); i++) {
            positions
                    .computeIfAbsent(keys.apply(request.texts().get(i)), key -> new ArrayList<>(1))
                    .add(i);
        }
        return positions;
    }

    private synchronized Found find(
            EmbeddingRequest request,
            EmbeddingModel model,
            Map<VectorKey, List<Integer>> positions,
            Collector collector) {
        Found found = new Found(new LinkedHashMap<>(), new ArrayList<>());
        positions.forEach((key, where) -> {
            Waiter waiter = new Waiter(collector, where);
            float[] vector = cache.get(key);
            if (vector != null) {
                found.vectors().put(waiter, vector);
                return;
            }
            InFlight.Name name = new InFlight.Name(key, model.name(), request.purpose());
            InFlight flight = flights.get(name);
            if (flight == null || !flight.startedWith(model)) {
                flight = new InFlight(name, model, request.texts().get(where.getFirst()));
                flights.put(name, flight);
                found.toStart().add(flight);
            }
            flight.join(waiter);
        });
        return found;
    }

    private static List<String> texts(List<InFlight> flights) {
        return flights.stream().map(InFlight::text).toList();
    }

    private void start(EmbeddingRequest request, List<InFlight> toStart) {
        Map<Boolean, List<InFlight>> byDisk = toStart.stream()
                .collect(Collectors.partitioningBy(
                        flight -> disk.mayHold(flight.name().key(), request.purpose())));
        RunAll.run(() -> passOn(request, byDisk.get(false)), () -> lookUp(request, byDisk.get(true)));
    }

    /** Reads from disk; what turns out to be missing goes the way of the others. */
    private void lookUp(EmbeddingRequest request, List<InFlight> flights) {
        if (flights.isEmpty()) {
            return;
        }
        disk.read(flights.stream().map(flight -> flight.name().key()).toList(), vectors -> {
            Map<Boolean, List<InFlight>> byFound = flights.stream()
                    .collect(Collectors.partitioningBy(
                            flight -> vectors.containsKey(flight.name().key())));
            RunAll.run(() -> passOn(request, byFound.get(false)), () -> landFound(byFound.get(true), vectors));
        });
    }

    private void landFound(List<InFlight> flights, Map<VectorKey, float[]> vectors) {
        List<EmbeddingResult> results = flights.stream()
                .map(flight -> EmbeddingResult.of(vectors.get(flight.name().key())))
                .toList();
        land(flights, results);
    }

    private void passOn(EmbeddingRequest request, List<InFlight> flights) {
        if (flights.isEmpty()) {
            return;
        }
        misses.add(flights.size());
        ActionListener<List<EmbeddingResult>> landing = ActionListener.notifyOnce(new ActionListener<>() {
            @Override
            public void onResponse(List<EmbeddingResult> results) {
                try {
                    land(flights, results);
                } catch (RuntimeException e) {
                    fail(flights, e); // those who have not heard yet
                }
            }

            @Override
            public void onFailure(Exception e) {
                if (e instanceof OpenSearchRejectedExecutionException) {
                    turnAway(request, flights, e);
                } else {
                    fail(flights, e);
                }
            }
        });
        try {
            next.embed(request.withTexts(texts(flights)), landing);
        } catch (RuntimeException e) {
            landing.onFailure(e); // or those who join would wait for ever
        } catch (Error e) {
            landing.onFailure(new IllegalStateException("the text could not be embedded: a fault on this side", e));
            throw e;
        }
    }

    private void fail(List<InFlight> landing, Exception failure) {
        land(landing, Collections.nCopies(landing.size(), EmbeddingResult.failed(failure)));
    }

    /**
     * Tells a request that there was no room for it. That need not be so for those who joined it for some of its texts: the
     * one who has waited for a text the longest tries next.
     */
    private void turnAway(EmbeddingRequest request, List<InFlight> rejected, Exception failure) {
        List<Runnable> steps = new ArrayList<>();
        Map<Collector, List<InFlight>> next = new LinkedHashMap<>();
        synchronized (this) {
            for (InFlight flight : rejected) {
                Waiter away = flight.leave();
                steps.add(() -> away.collector().failure(away.positions(), failure));
                flight.first()
                        .ifPresentOrElse(
                                waiter -> next.computeIfAbsent(waiter.collector(), one -> new ArrayList<>())
                                        .add(flight),
                                () -> flights.remove(flight.name(), flight));
            }
        }
        next.values().forEach(left -> steps.add(() -> passOn(request, left)));
        RunAll.run(steps);
    }

    private void land(List<InFlight> landing, List<EmbeddingResult> results) {
        if (results.size() != landing.size()) {
            throw new IllegalStateException(
                    "expected [" + landing.size() + "] results, one a text, got [" + results.size() + "]");
        }
        Map<VectorKey, float[]> kept = new LinkedHashMap<>();
        synchronized (this) {
            for (int i = 0; i < landing.size(); i++) {
                land(landing.get(i), results.get(i), kept);
            }
        }
        List<Runnable> steps = new ArrayList<>();
        for (int i = 0; i < landing.size(); i++) {
            InFlight flight = landing.get(i);
            EmbeddingResult result = results.get(i);
            steps.add(() -> flight.land(result));
        }
        kept.forEach((key, vector) -> steps.add(() -> disk.keep(key, vector)));
        RunAll.run(steps);
    }

    private void land(InFlight flight, EmbeddingResult result, Map<VectorKey, float[]> kept) {
        flights.remove(flight.name(), flight);
        if (result.failure() == null && unchanged(flight)) {
            cache.put(flight.name().key(), result.vector());
            kept.put(flight.name().key(), result.vector());
        }
    }

    /** Whether the settings are what they were at the start; else the vector may come from other ones than its key. */
    private boolean unchanged(InFlight flight) {
        try {
            return flight.startedWith(models.get(flight.name().model()));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** What the cache has done and holds. */
    public synchronized CacheStats stats() {
        return new CacheStats(
                hits.sum(), misses.sum(), cache.evictions(), cache.entries(), cache.bytes(), disk.stats());
    }
}
