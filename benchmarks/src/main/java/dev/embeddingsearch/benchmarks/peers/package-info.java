/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The plugin beside OpenSearch's own k-NN and neural-search: each on a node of its own, with the same documents and
 * questions, over HTTP.
 */
package dev.embeddingsearch.benchmarks.peers;
