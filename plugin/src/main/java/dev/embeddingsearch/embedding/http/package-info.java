/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Makes one call of a service. The transport ({@link dev.embeddingsearch.embedding.http.ServiceHttp}: address guard,
 * TLS, limits, errors) knows nothing of the protocol ({@link dev.embeddingsearch.embedding.http.EmbeddingsApi}: bodies,
 * replies), so that other APIs can use it too. What to do about a failure is decided elsewhere.
 */
package dev.embeddingsearch.embedding.http;
