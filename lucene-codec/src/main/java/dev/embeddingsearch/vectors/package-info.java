/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The vectors formats: HNSW for up to 16,384 dimensions, float32 or quantized, with the centroid of each segment beside it.
 * What a format writes is described byte by byte in its Javadoc.
 */
package dev.embeddingsearch.vectors;
