/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What an index will need before it exists: bytes on disk, bytes in memory, and the CPU time of its graphs.
 */
package dev.embeddingsearch.estimate;
