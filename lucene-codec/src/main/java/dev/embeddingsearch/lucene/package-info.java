/* SPDX-License-Identifier: Apache-2.0 */
/** Vectors formats for Lucene and what queries read from them; knows Lucene and nothing else. */
package dev.embeddingsearch.lucene;
