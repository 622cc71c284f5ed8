/* SPDX-License-Identifier: Apache-2.0 */
/** Recall of kNN searches with their defaults, and what the last per cent of it costs. */
package dev.embeddingsearch.benchmarks.recall;
