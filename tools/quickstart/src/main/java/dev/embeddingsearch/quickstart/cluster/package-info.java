/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A real OpenSearch, unpacked, configured, started and ended: for the quickstart and for the integration tests.
 * Knows nothing of what is indexed. {@code Account}, {@code DiskSpace}, {@code Ports}, {@code ProcessRecord},
 * {@code Processes}, {@code SetupException} and {@code Waiting} need the JDK alone, so that they run before a build.
 */
package dev.embeddingsearch.quickstart.cluster;
