/* SPDX-License-Identifier: Apache-2.0 */
/** How good the plugin's rankings are on judged queries: data sets, measures, and the evaluation inside the real distribution. */
package dev.embeddingsearch.benchmarks.relevance;
