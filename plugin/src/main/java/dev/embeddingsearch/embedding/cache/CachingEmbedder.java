/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.cache;

import dev.embeddingsearch.embedding.CacheStats;
import dev.embeddingsearch.embedding.Collector;
import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.Recipient;
import dev.embeddingsearch.embedding.RunAll;
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
 * Returns vectors from memory or disk and embeds only the texts that are in neither. A text that is being embedded
 * already is not embedded again: later requests for it wait for its vector. Vectors are stored by {@link VectorKey}:
 * after a change of a model's settings the keys differ, and the old vectors are evicted as the least recently used
 * ones. A failure is passed to all requests that wait for the text, and is not stored.
 */
public final class CachingEmbedder implements Embedder {

    /** Memory for vectors. With 0 and without a cache on disk, every text is embedded and requests share nothing. */
    public static final Setting<ByteSizeValue> SIZE =
            Setting.memorySizeSetting("embedding.cache.size", "1%", Setting.Property.NodeScope);

    private final Embedder next;
    private final Models models;
    private final ThreadContext threadContext;
    private final DiskCache disk;
    private final boolean enabled;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

    // Guarded by this, so that a text is at every moment in the cache, in flight, or neither. Neither listeners nor
    // embedders are called under the lock.
    private final VectorCache cache;
    private final Map<InFlight.Id, InFlight> inFlight = new HashMap<>();

    /**
     * A cache in front of {@code next}.
     *
     * @param size memory for vectors
     * @param disk the cache on disk, which may be switched off
     */
    public CachingEmbedder(
            Embedder next, Models models, ByteSizeValue size, DiskCache disk, ThreadContext threadContext) {
        this.next = next;
        this.models = models;
        this.threadContext = threadContext;
        this.disk = disk;
        this.enabled = size.getBytes() > 0 || disk.enabled();
        this.cache = new VectorCache(size.getBytes());
    }

    /** Vectors from memory by their recipient, and texts that this request must embed. */
    private record Found(Map<Recipient, float[]> vectors, List<InFlight> toStart) {}

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
                .mapToInt(recipient -> recipient.positions().size())
                .sum());
        RunAll.run(
                () -> RunAll.run(
                        found.vectors().entrySet(),
                        vector -> vector.getKey().vector(vector.getValue().clone())),
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
            Recipient recipient = new Recipient(collector, where);
            float[] vector = cache.get(key);
            if (vector != null) {
                found.vectors().put(recipient, vector);
                return;
            }
            InFlight.Id id = new InFlight.Id(key, model.name(), request.purpose());
            InFlight text = inFlight.get(id);
            if (text == null || !text.startedWith(model)) {
                text = new InFlight(id, model, request.texts().get(where.getFirst()));
                inFlight.put(id, text);
                found.toStart().add(text);
            }
            text.join(recipient);
        });
        return found;
    }

    private static List<String> texts(List<InFlight> toEmbed) {
        return toEmbed.stream().map(InFlight::text).toList();
    }

    private void start(EmbeddingRequest request, List<InFlight> toStart) {
        Map<Boolean, List<InFlight>> byDisk = toStart.stream()
                .collect(
                        Collectors.partitioningBy(text -> disk.mayHold(text.id().key(), request.purpose())));
        RunAll.run(() -> embedNow(request, byDisk.get(false)), () -> readFromDisk(request, byDisk.get(true)));
    }

    /** Reads texts from disk and embeds those that are not there after all. */
    private void readFromDisk(EmbeddingRequest request, List<InFlight> toRead) {
        if (toRead.isEmpty()) {
            return;
        }
        disk.read(toRead.stream().map(text -> text.id().key()).toList(), vectors -> {
            Map<Boolean, List<InFlight>> byFound = toRead.stream()
                    .collect(Collectors.partitioningBy(
                            text -> vectors.containsKey(text.id().key())));
            RunAll.run(() -> embedNow(request, byFound.get(false)), () -> completeFound(byFound.get(true), vectors));
        });
    }

    private void completeFound(List<InFlight> found, Map<VectorKey, float[]> vectors) {
        List<EmbeddingResult> results = found.stream()
                .map(text -> EmbeddingResult.of(vectors.get(text.id().key())))
                .toList();
        complete(found, results);
    }

    private void embedNow(EmbeddingRequest request, List<InFlight> toEmbed) {
        if (toEmbed.isEmpty()) {
            return;
        }
        misses.add(toEmbed.size());
        ActionListener<List<EmbeddingResult>> completing = ActionListener.notifyOnce(new ActionListener<>() {
            @Override
            public void onResponse(List<EmbeddingResult> results) {
                try {
                    complete(toEmbed, results);
                } catch (RuntimeException e) {
                    fail(toEmbed, e); // those that have no result yet
                }
            }

            @Override
            public void onFailure(Exception e) {
                if (e instanceof OpenSearchRejectedExecutionException) {
                    reject(request, toEmbed, e);
                } else {
                    fail(toEmbed, e);
                }
            }
        });
        try {
            next.embed(request.withTexts(texts(toEmbed)), completing);
        } catch (RuntimeException e) {
            completing.onFailure(e); // otherwise requests that join would wait for ever
        } catch (Error e) {
            completing.onFailure(new IllegalStateException("the text could not be embedded: a fault on this side", e));
            throw e;
        }
    }

    private void fail(List<InFlight> failed, Exception failure) {
        complete(failed, Collections.nCopies(failed.size(), EmbeddingResult.failed(failure)));
    }

    /**
     * Fails a request because the queue was full for it. That need not hold for the requests that joined it for some of
     * its texts, which may be smaller: for each text, the request that has waited longest tries next.
     */
    private void reject(EmbeddingRequest request, List<InFlight> rejected, Exception failure) {
        List<Runnable> steps = new ArrayList<>();
        Map<Collector, List<InFlight>> next = new LinkedHashMap<>();
        synchronized (this) {
            for (InFlight text : rejected) {
                Recipient first = text.leave();
                steps.add(() -> first.failure(failure));
                text.first()
                        .ifPresentOrElse(
                                recipient -> next.computeIfAbsent(recipient.collector(), one -> new ArrayList<>())
                                        .add(text),
                                () -> inFlight.remove(text.id(), text));
            }
        }
        next.values().forEach(left -> steps.add(() -> embedNow(request, left)));
        RunAll.run(steps);
    }

    private void complete(List<InFlight> done, List<EmbeddingResult> results) {
        if (results.size() != done.size()) {
            throw new IllegalStateException(
                    "expected [" + done.size() + "] results, one a text, got [" + results.size() + "]");
        }
        Map<VectorKey, float[]> stored = new LinkedHashMap<>();
        synchronized (this) {
            for (int i = 0; i < done.size(); i++) {
                complete(done.get(i), results.get(i), stored);
            }
        }
        List<Runnable> steps = new ArrayList<>();
        for (int i = 0; i < done.size(); i++) {
            InFlight text = done.get(i);
            EmbeddingResult result = results.get(i);
            steps.add(() -> text.complete(result));
        }
        stored.forEach((key, vector) -> steps.add(() -> disk.store(key, vector)));
        RunAll.run(steps);
    }

    private void complete(InFlight text, EmbeddingResult result, Map<VectorKey, float[]> stored) {
        inFlight.remove(text.id(), text);
        if (result.failure() == null && unchanged(text)) {
            cache.put(text.id().key(), result.vector());
            stored.put(text.id().key(), result.vector());
        }
    }

    /** Whether the settings are the same as at the start; otherwise the vector may not belong to its key. */
    private boolean unchanged(InFlight text) {
        try {
            return text.startedWith(models.get(text.id().model()));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Counters and present size. */
    public synchronized CacheStats stats() {
        return new CacheStats(
                hits.sum(), misses.sum(), cache.evictions(), cache.entries(), cache.bytes(), disk.stats());
    }
}
