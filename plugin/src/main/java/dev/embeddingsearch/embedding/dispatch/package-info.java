/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Decides when to send which texts to a service: queue, batches, rate limits, retries, deadlines, circuit breaker.
 * {@link dev.embeddingsearch.embedding.dispatch.EmbeddingClient} is the entrance; single calls are made by {@code
 * embedding.http}.
 */
package dev.embeddingsearch.embedding.dispatch;
