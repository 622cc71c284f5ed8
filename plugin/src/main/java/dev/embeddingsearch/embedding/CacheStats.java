/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

/**
 * Counters of the cache of vectors since the node started, and its present size.
 *
 * @param hits texts whose vector was in memory
 * @param misses distinct texts that were neither in memory nor on disk
 * @param evictions vectors that were evicted from memory
 * @param entries vectors in memory now
 * @param bytes approximate memory of these vectors
 */
public record CacheStats(long hits, long misses, long evictions, long entries, long bytes, Disk disk) {

    /**
     * The part on disk; all zero while it is switched off.
     *
     * @param hits vectors that were read
     * @param entries vectors on disk now
     * @param bytes disk space of these vectors
     * @param indexBytes memory of their index
     * @param corrupt damaged vectors that were skipped since the node started
     */
    public record Disk(long hits, long entries, long bytes, long indexBytes, long corrupt) {}
}
