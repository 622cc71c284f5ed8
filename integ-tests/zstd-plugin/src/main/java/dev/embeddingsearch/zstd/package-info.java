/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Another plugin, which brings a codec in the way that plugins of compression codecs do: added to those of the index, and
 * found by its name when segments are read. It stands beside the plugin in tests and is never published.
 */
package dev.embeddingsearch.zstd;
