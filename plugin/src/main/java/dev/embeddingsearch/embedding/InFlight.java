/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.model.EmbeddingModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One text on its way through the service, and all who wait for its vector. The waiters are guarded by the cache. */
final class InFlight {

    private final Name name;
    private final EmbeddingModel model;
    private final String text;
    private final List<Waiter> waiters = new ArrayList<>();

    /**
     * What may wait together. A search never waits for ingest, which is patient and comes second, nor ingest for a
     * search, which gives up early; and each model's failures are its own.
     */
    record Name(VectorKey key, String model, Purpose purpose) {}

    /** Where a request wants the vector. */
    record Waiter(Collector collector, List<Integer> positions) {}

    InFlight(Name name, EmbeddingModel model, String text) {
        this.name = name;
        this.model = model;
        this.text = text;
    }

    Name name() {
        return name;
    }

    String text() {
        return text;
    }

    /** Whether it began with this very state of the settings: one that only looks the same came after a change. */
    @SuppressWarnings("ReferenceEquality") // each change of settings makes new models, also when it restores old values
    boolean startedWith(EmbeddingModel current) {
        return model == current;
    }

    void join(Waiter waiter) {
        waiters.add(waiter);
    }

    /** Takes out who has waited the longest: the one whose request it is sent with. */
    Waiter leave() {
        return waiters.removeFirst();
    }

    /** Who waits the longest, if anybody does. */
    Optional<Waiter> first() {
        return waiters.stream().findFirst();
    }

    /** Tells all who wait, once nobody can join any more. */
    void land(EmbeddingResult result) {
        RunAll.run(waiters, waiter -> tell(waiter, result));
    }

    private static void tell(Waiter waiter, EmbeddingResult result) {
        if (result.failure() != null) {
            waiter.collector().failure(waiter.positions(), result.failure());
        } else {
            waiter.collector().vector(waiter.positions(), result.vector().clone());
        }
    }
}
