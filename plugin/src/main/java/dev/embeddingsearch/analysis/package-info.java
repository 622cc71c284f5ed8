/* SPDX-License-Identifier: Apache-2.0 */

/**
 * Analysis of code: a tokenizer, token filters, and analyzers made of them. Pure Lucene, except for {@link
 * dev.embeddingsearch.analysis.CodeAnalysis}, which registers them with OpenSearch.
 */
package dev.embeddingsearch.analysis;
