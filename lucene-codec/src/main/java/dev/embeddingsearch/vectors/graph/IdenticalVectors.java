/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.util.Arrays;
import org.apache.lucene.util.RamUsageEstimator;

/**
 * A hash table of vectors by their bits, to find out in one pass which of them are there twice. It stores a hash and the
 * ordinal of each distinct vector, 12 to 24 bytes, and no numbers: who asks compares the vectors that it names.
 */
final class IdenticalVectors {
    private static final long SHALLOW_SIZE = RamUsageEstimator.shallowSizeOfInstance(IdenticalVectors.class);
    private static final long FREE = -1;
    private static final int MIN_CAPACITY = 64;

    /** Odd, and half of its bits are set: <code>2^64 / golden ratio</code>. */
    private static final long FACTOR = 0x9E3779B97F4A7C15L;

    /** The upper half of a slot is the hash, the lower half the ordinal. */
    private long[] slots;

    private int used;

    IdenticalVectors(int expected) {
        slots = new long[capacityFor(expected)];
        Arrays.fill(slots, FREE);
    }

    /** At least half as many slots again as there are vectors, a power of two. */
    private static int capacityFor(int expected) {
        long needed = Math.max(MIN_CAPACITY, expected + expected / 2L);
        return (int) Math.min(1 << 30, Long.highestOneBit(2 * needed - 1));
    }

    /**
     * An earlier vector with the same hash, which nearly always has the same bits too.
     *
     * @param ordinal of {@code vector}; by it the vector is found from now on, where there is no such earlier one
     * @return the earlier one's ordinal; -1 where there is none
     */
    int putIfAbsent(float[] vector, int ordinal) {
        if (used >= slots.length / 3 * 2) {
            grow();
        }
        int hash = hash(vector);
        int slot = wrap(hash);
        for (; slots[slot] != FREE; slot = wrap(slot + 1)) {
            if ((int) (slots[slot] >>> Integer.SIZE) == hash) {
                return (int) slots[slot];
            }
        }
        slots[slot] = ((long) hash << Integer.SIZE) | ordinal;
        used++;
        return -1;
    }

    private static int hash(float[] vector) {
        long sum = 0;
        for (float x : vector) {
            sum = (sum ^ Float.floatToRawIntBits(x)) * FACTOR;
        }
        return (int) (((sum ^ (sum >>> Integer.SIZE)) * FACTOR) >>> Integer.SIZE);
    }

    private int wrap(int slot) {
        return slot & (slots.length - 1);
    }

    private void grow() {
        long[] old = slots;
        slots = new long[Math.multiplyExact(old.length, 2)];
        Arrays.fill(slots, FREE);
        for (long entry : old) {
            if (entry != FREE) {
                int slot = wrap((int) (entry >>> Integer.SIZE));
                while (slots[slot] != FREE) {
                    slot = wrap(slot + 1);
                }
                slots[slot] = entry;
            }
        }
    }

    long ramBytesUsed() {
        return SHALLOW_SIZE + RamUsageEstimator.sizeOf(slots);
    }
}
