/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.search;

/**
 * What was found, and nothing of its text.
 *
 * @param name with what it is inside
 */
public record Found(String path, String name, String symbol, String kind) {}
