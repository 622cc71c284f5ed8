/* SPDX-License-Identifier: Apache-2.0 */

/**
 * How words are found in code: a tokenizer, token filters and the analyzers made of them. Pure Lucene, but for
 * {@link dev.embeddingsearch.analysis.CodeAnalysis}, which names them to OpenSearch.
 */
package dev.embeddingsearch.analysis;
