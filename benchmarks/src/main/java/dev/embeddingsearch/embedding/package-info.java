/* SPDX-License-Identifier: Apache-2.0 */
/** Measures what the client of the embeddings API keeps to its own package. */
package dev.embeddingsearch.embedding;
