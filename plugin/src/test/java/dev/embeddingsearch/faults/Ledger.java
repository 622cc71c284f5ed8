/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.faults;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What the server did to each text, written before the client can know. */
final class Ledger {

    private final Map<String, Suffered> texts = new ConcurrentHashMap<>();
    private final Map<Fault, AtomicInteger> counts = new ConcurrentHashMap<>();

    /** What one text went through, in all requests that held it. */
    static final class Suffered {

        static final Suffered NOTHING = new Suffered();

        private final Set<Fault> faults = EnumSet.noneOf(Fault.class);
        private int retried;
        private boolean refused;

        private synchronized void add(Fault fault) {
            faults.add(fault);
            retried += fault.effect() == Fault.Effect.RETRIED ? 1 : 0;
        }

        private synchronized void refuse() {
            refused = true;
        }

        synchronized boolean any(Fault fault) {
            return faults.contains(fault);
        }

        /** How many requests with it met a fault that asks for another attempt. */
        synchronized int retried() {
            return retried;
        }

        /** Whether a request with it was refused for its content, its own or a neighbour's. */
        synchronized boolean refused() {
            return refused;
        }
    }

    void suffer(List<String> input, Fault fault) {
        counts.computeIfAbsent(fault, key -> new AtomicInteger()).incrementAndGet();
        input.forEach(text -> texts.computeIfAbsent(text, key -> new Suffered()).add(fault));
    }

    void refuse(List<String> input) {
        input.forEach(text -> texts.computeIfAbsent(text, key -> new Suffered()).refuse());
    }

    Suffered of(String text) {
        return texts.getOrDefault(text, Suffered.NOTHING);
    }

    int count(Fault fault) {
        return counts.containsKey(fault) ? counts.get(fault).get() : 0;
    }
}
