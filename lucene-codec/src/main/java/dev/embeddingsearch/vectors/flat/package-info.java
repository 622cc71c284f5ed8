/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Vectors without a graph: buffered until a segment is flushed, stored as float32 or float16, read by document.
 */
package dev.embeddingsearch.vectors.flat;
