/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What is counted while the plugin works, on one node and summed over several: counters, latencies, spend. Names of models
 * and indices may enter here, never a key or a text. No other package of the plugin may enter.
 */
package dev.embeddingsearch.stats;
