/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The codec of an index: our vectors formats for {@code embedding} fields, our stored fields for documents that are stored
 * without their vectors, and OpenSearch's codec for everything else.
 */
package dev.embeddingsearch.codec;
