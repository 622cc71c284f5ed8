/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.embedding.InFlight.Waiter;
import java.util.ArrayList;
import java.util.List;

/**
 * One distinct text, ready to be sent, and all who want its vector. Others may join while it waits for its turn, which is
 * guarded by the lane; afterwards it does not change.
 */
final class Input {

    private final String text;
    private final int tokens;
    private final List<Waiter> waiters = new ArrayList<>(1);

    /**
     * @param tokens how many it has; an upper bound where that is all that matters
     */
    Input(String text, int tokens) {
        this.text = text;
        this.tokens = tokens;
    }

    Input wantedBy(Collector collector, List<Integer> positions) {
        waiters.add(new Waiter(collector, positions));
        return this;
    }

    /** Takes over those who wait for the same text. */
    void join(Input same) {
        waiters.addAll(same.waiters);
    }

    String text() {
        return text;
    }

    int tokens() {
        return tokens;
    }

    void attempted(Failure failure) {
        waiters.forEach(waiter -> waiter.collector().attempted(failure));
    }

    /** Whether nobody waits for it any more. */
    boolean abandoned() {
        return waiters.stream().allMatch(waiter -> waiter.collector().answered());
    }

    /** Hands the vector to all who wait, a copy to all but the first. */
    void vector(float[] vector) {
        Waiter first = waiters.getFirst();
        RunAll.run(waiters, waiter -> {
            float[] own = waiter.equals(first) ? vector : vector.clone();
            waiter.collector().vector(waiter.positions(), own);
        });
    }

    void failure(Exception failure) {
        RunAll.run(waiters, waiter -> waiter.collector().failure(waiter.positions(), failure));
    }

    /** Leaves the text out. */
    @Override
    public String toString() {
        return "Input[tokens=" + tokens + ", waiters=" + waiters.size() + "]";
    }
}
