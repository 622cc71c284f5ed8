/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Programs that measure the plugin: in Lucene alone, over HTTP, and as single operations. They are run by hand; tests of
 * their arithmetic are all that a build runs.
 */
package dev.embeddingsearch.benchmarks;
