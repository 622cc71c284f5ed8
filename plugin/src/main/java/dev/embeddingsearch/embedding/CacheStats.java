/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

/**
 * What the cache of vectors has done since the node started, and what it holds.
 *
 * @param hits texts whose vector was there
 * @param misses distinct texts that were passed on
 * @param savedTexts texts that cost nothing: hits, and those that waited for another one's vector
 * @param evictions vectors that made room for others
 * @param entries vectors held now
 * @param bytes memory they take, about
 */
public record CacheStats(long hits, long misses, long savedTexts, long evictions, long entries, long bytes) {}
