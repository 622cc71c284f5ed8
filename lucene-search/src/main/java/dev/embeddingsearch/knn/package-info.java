/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The nearest documents of a shard: by graph, by quantized vectors, or exactly. A search can be extended to more candidates.
 */
package dev.embeddingsearch.knn;
