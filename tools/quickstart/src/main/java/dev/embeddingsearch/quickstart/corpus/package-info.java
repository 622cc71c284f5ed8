/* SPDX-License-Identifier: Apache-2.0 */
/** Splits Markdown into documents. Knows neither OpenSearch nor files. */
package dev.embeddingsearch.quickstart.corpus;
