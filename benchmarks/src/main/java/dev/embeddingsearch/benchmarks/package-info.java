/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Programs that measure the plugin inside the real distribution: how good its rankings are on judged queries. They are
 * run by hand; tests of their arithmetic are all that a build runs.
 */
package dev.embeddingsearch.benchmarks;
