/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Programs that measure the plugin: how good its rankings are on judged queries, inside the real distribution, and how long
 * its fused query takes, in Lucene alone. They are run by hand; tests of their arithmetic are all that a build runs.
 */
package dev.embeddingsearch.benchmarks;
