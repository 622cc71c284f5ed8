/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Keeps shards that only this plugin can open on nodes that have it: which indices those are, and which nodes.
 */
package dev.embeddingsearch.allocation;
