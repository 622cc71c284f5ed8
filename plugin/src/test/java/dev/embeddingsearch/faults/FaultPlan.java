/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.faults;

import dev.embeddingsearch.testkit.TextVectors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which request meets which fault. That follows from the seed, the request's body and how often this body came before, so
 * the order in which threads get there does not matter.
 */
public final class FaultPlan {

    private final long seed;
    private final double probability;
    private final List<Fault> kinds;
    private final AtomicInteger stallsLeft;
    private final AtomicInteger faultsLeft;
    private final Map<Long, AtomicInteger> attempts = new ConcurrentHashMap<>();

    /**
     * @param probability that a request meets a fault
     * @param kinds the faults to choose among, each as likely
     * @param stalls how many requests may go unanswered for good, each of which costs a client its whole timeout
     */
    public FaultPlan(long seed, double probability, List<Fault> kinds, int stalls) {
        this(seed, probability, kinds, stalls, Integer.MAX_VALUE);
    }

    private FaultPlan(long seed, double probability, List<Fault> kinds, int stalls, int faults) {
        this.seed = seed;
        this.probability = probability;
        this.kinds = List.copyOf(kinds);
        this.stallsLeft = new AtomicInteger(stalls);
        this.faultsLeft = new AtomicInteger(faults);
    }

    /** Every kind of fault. */
    public static FaultPlan of(long seed, double probability) {
        return new FaultPlan(seed, probability, Arrays.asList(Fault.values()), 3);
    }

    /** This fault at the first request, and none at all others. */
    public static FaultPlan once(long seed, Fault fault) {
        return new FaultPlan(seed, 1, List.of(fault), 1, 1);
    }

    /** A fault for this attempt, if any, and the choices left inside it. */
    record Draw(Optional<Fault> fault, SplittableRandom random) {}

    Draw draw(String body) {
        long hash = TextVectors.hash(body);
        int attempt = attempts.computeIfAbsent(hash, key -> new AtomicInteger()).getAndIncrement();
        SplittableRandom random = new SplittableRandom(seed ^ (hash + attempt * 0x9e3779b97f4a7c15L)).split();
        if (random.nextDouble() >= probability) {
            return new Draw(Optional.empty(), random);
        }
        Fault fault = kinds.get(random.nextInt(kinds.size()));
        boolean spared =
                faultsLeft.getAndDecrement() <= 0 || (fault == Fault.STALL && stallsLeft.getAndDecrement() <= 0);
        return new Draw(spared ? Optional.empty() : Optional.of(fault), random);
    }

    @Override
    public String toString() {
        return "seed [" + seed + "], probability [" + probability + "]";
    }
}
