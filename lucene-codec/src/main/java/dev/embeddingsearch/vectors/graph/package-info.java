/* SPDX-License-Identifier: Apache-2.0 */
/**
 * HNSW graphs in which each distinct vector is one node, however many documents share it: writing, merging, searching.
 */
package dev.embeddingsearch.vectors.graph;
