/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Embeds documents while they are indexed: the pipeline processor {@code embedding}, and the system-generated processor of
 * fields with {@code source_fields}. Each document gets its vector, or a reason why it has none, and is checked again on the
 * node that coordinates the write and on that of the primary shard.
 */
package dev.embeddingsearch.ingest;
