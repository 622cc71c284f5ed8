/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.util.Arrays;
import org.apache.lucene.util.RamUsageEstimator;

/**
 * A hash table from vectors to ordinals, which finds duplicate vectors in one pass. To save memory it stores the 32-bit
 * hash and the ordinal of each distinct vector, 12 to 24 bytes, but not the vector: callers must compare the vectors
 * that it returns.
 *
 * <p>Open addressing with linear probing; the hash multiplies by the golden ratio (Knuth's multiplicative hashing).
 */
final class VectorHashTable {
    private static final long SHALLOW_SIZE = RamUsageEstimator.shallowSizeOfInstance(VectorHashTable.class);
    private static final long FREE = -1;
    private static final int MIN_CAPACITY = 64;

    /** <code>2^64 / golden ratio</code>, rounded to an odd number. */
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    /** The upper half of a slot is the hash, the lower half the ordinal. */
    private long[] slots;

    private int used;

    VectorHashTable(int expected) {
        slots = new long[capacityFor(expected)];
        Arrays.fill(slots, FREE);
    }

    /** A power of two and at least 1.5 slots for each expected vector, up to 2^30 slots. */
    private static int capacityFor(int expected) {
        long needed = Math.max(MIN_CAPACITY, expected + expected / 2L);
        return (int) Math.min(1 << 30, Long.highestOneBit(2 * needed - 1));
    }

    /**
     * Finds an earlier vector with the same hash, and adds {@code vector} if there is none.
     *
     * @param ordinal of {@code vector}
     * @return the ordinal of the earlier vector, which nearly always has the same bits; -1 if there is none
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
            sum = (sum ^ Float.floatToRawIntBits(x)) * GOLDEN_RATIO;
        }
        return (int) (((sum ^ (sum >>> Integer.SIZE)) * GOLDEN_RATIO) >>> Integer.SIZE);
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
