/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Vectors that were computed before, in memory and on disk, in front of any other embedder. Texts that are being
 * embedded are shared as well.
 */
package dev.embeddingsearch.embedding.cache;
