/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Keeps shards that only this plugin can open on nodes that have it.
 */
package dev.embeddingsearch.allocation;
