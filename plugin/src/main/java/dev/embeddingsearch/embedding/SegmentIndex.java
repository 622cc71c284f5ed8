/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

/**
 * Where the vectors of one file stand, by the first 64 bits of their keys; whoever reads a vector compares the rest. Open
 * addressing with 16 bytes a slot and at most two thirds of the slots in use, so 24 to 48 bytes a vector once there are
 * some dozens. Thread-safe.
 */
final class SegmentIndex {

    /** There is none. No place is 0, for each file begins with a header. */
    static final long NONE = 0;

    private static final long DROPPED = -1;
    private static final int SLOT_BYTES = 2 * Long.BYTES;
    private static final int FEWEST_SLOTS = 64;

    static final long FEWEST_BYTES = (long) SLOT_BYTES * FEWEST_SLOTS;

    private long[] names = new long[FEWEST_SLOTS];
    private long[] places = new long[FEWEST_SLOTS];
    private int used;
    private int dropped;

    synchronized long get(VectorKey key) {
        long place = places[slot(key.a())];
        return place == DROPPED ? NONE : place;
    }

    /** Puts a place that is not 0 or negative, instead of one that is there. */
    synchronized void put(VectorKey key, long place) {
        if (isFull()) {
            grow();
        }
        put(key.a(), place);
    }

    private void put(long name, long place) {
        int slot = slot(name);
        used += places[slot] == NONE ? 1 : 0;
        dropped -= places[slot] == DROPPED ? 1 : 0;
        names[slot] = name;
        places[slot] = place;
    }

    /** Forgets a place unless another one was put there since. */
    synchronized void drop(VectorKey key, long place) {
        int slot = slot(key.a());
        if (places[slot] == place) {
            places[slot] = DROPPED; // not NONE: others may have been moved on by this one
            dropped++;
        }
    }

    synchronized int entries() {
        return used - dropped;
    }

    synchronized long bytes() {
        return (long) SLOT_BYTES * places.length;
    }

    /** What it takes when one more has come. */
    synchronized long bytesWithOneMore() {
        return (isFull() ? 2L : 1L) * SLOT_BYTES * places.length;
    }

    private boolean isFull() {
        return 3L * (used + 1) > 2L * places.length;
    }

    /** The slot of that name, or the free one where it belongs. */
    private int slot(long name) {
        int mask = places.length - 1;
        int slot = (int) name & mask;
        while (places[slot] != NONE && names[slot] != name) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldNames = names;
        long[] oldPlaces = places;
        names = new long[2 * oldNames.length];
        places = new long[2 * oldPlaces.length];
        used = 0;
        dropped = 0;
        for (int i = 0; i < oldPlaces.length; i++) {
            if (oldPlaces[i] != NONE && oldPlaces[i] != DROPPED) {
                put(oldNames[i], oldPlaces[i]);
            }
        }
    }
}
