/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.cache;

/**
 * Positions of the vectors in one file by the first 64 bits of their keys; a reader compares the other bits with those
 * in the file. A hash table with open addressing, 16 bytes per slot and at most two thirds of the slots in use, so 24
 * to 48 bytes per vector beyond the smallest size. Thread-safe.
 */
final class SegmentIndex {

    /** No vector. No position is 0, because each file begins with a header. */
    static final long NONE = 0;

    private static final long DROPPED = -1;
    private static final int SLOT_BYTES = 2 * Long.BYTES;
    private static final int MIN_SLOTS = 64;

    static final long MIN_BYTES = (long) SLOT_BYTES * MIN_SLOTS;

    private long[] hashes = new long[MIN_SLOTS];
    private long[] positions = new long[MIN_SLOTS];
    private int used;
    private int dropped;

    synchronized long get(VectorKey key) {
        long position = positions[slot(key.a())];
        return position == DROPPED ? NONE : position;
    }

    /** Puts a positive position and replaces the former one. */
    synchronized void put(VectorKey key, long position) {
        if (isFull()) {
            grow();
        }
        put(key.a(), position);
    }

    private void put(long hash, long position) {
        int slot = slot(hash);
        used += positions[slot] == NONE ? 1 : 0;
        dropped -= positions[slot] == DROPPED ? 1 : 0;
        hashes[slot] = hash;
        positions[slot] = position;
    }

    /** Removes a position unless another one was put since. */
    synchronized void drop(VectorKey key, long position) {
        int slot = slot(key.a());
        if (positions[slot] == position) {
            positions[slot] = DROPPED; // not NONE: keys in the following slots must still be found
            dropped++;
        }
    }

    synchronized int entries() {
        return used - dropped;
    }

    synchronized long bytes() {
        return (long) SLOT_BYTES * positions.length;
    }

    /** The memory after one more entry. */
    synchronized long bytesWithOneMore() {
        return (isFull() ? 2L : 1L) * SLOT_BYTES * positions.length;
    }

    private boolean isFull() {
        return 3L * (used + 1) > 2L * positions.length;
    }

    /** The slot with this hash, or the free slot where it belongs. */
    private int slot(long hash) {
        int mask = positions.length - 1;
        int slot = (int) hash & mask;
        while (positions[slot] != NONE && hashes[slot] != hash) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldHashes = hashes;
        long[] oldPositions = positions;
        hashes = new long[2 * oldHashes.length];
        positions = new long[2 * oldPositions.length];
        used = 0;
        dropped = 0;
        for (int i = 0; i < oldPositions.length; i++) {
            if (oldPositions[i] != NONE && oldPositions[i] != DROPPED) {
                put(oldHashes[i], oldPositions[i]);
            }
        }
    }
}
