/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Vectors formats for Lucene, what queries read from them, and documents that are stored without their vectors; knows
 * Lucene and nothing else.
 */
package dev.embeddingsearch.lucene;
