/* SPDX-License-Identifier: Apache-2.0 */
/**
 * HNSW graphs (<a href="https://arxiv.org/abs/1603.09320">Malkov and Yashunin, 2016</a>) in which each distinct vector
 * is one node, however many documents share it: writing, merging and searching them.
 */
package dev.embeddingsearch.vectors.graph;
