/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The port for embedding texts: {@link dev.embeddingsearch.embedding.Embedder}, its request, result and failures, and
 * what its implementations share. It knows models and counters, but neither indices, mappings nor queries.
 */
package dev.embeddingsearch.embedding;
