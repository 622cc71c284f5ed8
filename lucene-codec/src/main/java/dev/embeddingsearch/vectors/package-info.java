/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The vectors formats: HNSW for up to 16,384 dimensions, over exact or quantized vectors, and the centroid of each
 * segment. The Javadoc of each format describes its files.
 */
package dev.embeddingsearch.vectors;
