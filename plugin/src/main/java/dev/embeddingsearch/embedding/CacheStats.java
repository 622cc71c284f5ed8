/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

/**
 * What the cache of vectors has done since the node started, and what it holds.
 *
 * @param hits texts whose vector was in memory
 * @param misses distinct texts that were passed on
 * @param evictions vectors that made room for others in memory
 * @param entries vectors held in memory now
 * @param bytes memory they take, about
 */
public record CacheStats(long hits, long misses, long evictions, long entries, long bytes, Disk disk) {

    /**
     * The part on disk; all zero while it is switched off.
     *
     * @param hits vectors read
     * @param entries vectors held now
     * @param bytes of disk they take
     * @param indexBytes memory that the index of them takes
     * @param corrupt damaged vectors passed over since the start of the node
     */
    public record Disk(long hits, long entries, long bytes, long indexBytes, long corrupt) {}
}
