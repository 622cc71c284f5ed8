/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Splits what is indexed into documents: Java sources into methods and types, Markdown into sections. Knows neither
 * OpenSearch nor files other than those it reads.
 */
package dev.embeddingsearch.quickstart.corpus;
