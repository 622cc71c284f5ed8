/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The Lucene query that fuses a lexical and a vector leg into one score. It knows Lucene and the vectors formats, not
 * OpenSearch: a test needs nothing but an index in memory.
 */
package dev.embeddingsearch.fusion;
