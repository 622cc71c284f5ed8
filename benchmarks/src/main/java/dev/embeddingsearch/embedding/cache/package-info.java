/* SPDX-License-Identifier: Apache-2.0 */
/** Benchmarks of package-private classes of the cache of vectors. */
package dev.embeddingsearch.embedding.cache;
