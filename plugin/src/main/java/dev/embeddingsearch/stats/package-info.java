/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Counters, latencies and spend, of one node and summed over several. Names of models and indices are allowed here, keys and
 * texts never. This package uses no other one of the plugin.
 */
package dev.embeddingsearch.stats;
