/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A fake embedding service for the tests of all modules, and the vectors it sends. Uses the JDK and Jackson only, nothing
 * of the plugin and nothing of OpenSearch.
 */
package dev.embeddingsearch.testkit;
