/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The client of the embeddings API: from texts to vectors, batched, retried and checked. It knows models and counters,
 * not indices, mappings or queries.
 */
package dev.embeddingsearch.embedding;
