/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

/** A place in a ranked list: which document, and with what score. */
record Hit(String id, double score) {}
