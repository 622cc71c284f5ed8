/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Estimates of what the vectors of an index need, before it exists: bytes on disk and in memory, and CPU time to build.
 */
package dev.embeddingsearch.estimate;
