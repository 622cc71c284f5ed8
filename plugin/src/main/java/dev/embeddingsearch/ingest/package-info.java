/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Embeds documents on their way into an index: the {@code embedding} processor of pipelines and the system-generated one
 * of fields with {@code source_fields}. A document leaves with its vector or with the reason it has none.
 */
package dev.embeddingsearch.ingest;
