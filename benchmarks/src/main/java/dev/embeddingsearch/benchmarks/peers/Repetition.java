/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

/**
 * How often questions are asked.
 *
 * @param rounds those that count, after the warm-up
 * @param clients how many ask at a time where throughput is measured
 */
record Repetition(int rounds, int clients) {}
