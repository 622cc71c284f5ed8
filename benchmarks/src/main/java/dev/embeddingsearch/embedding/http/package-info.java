/* SPDX-License-Identifier: Apache-2.0 */
/** Benchmarks of package-private classes of the client of the embeddings API. */
package dev.embeddingsearch.embedding.http;
