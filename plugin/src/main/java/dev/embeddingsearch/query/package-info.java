/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The queries {@code embedding} and {@code hybrid_match}: parsed from the query DSL, embedded once on the coordinating
 * node, turned into Lucene queries on the shards.
 */
package dev.embeddingsearch.query;
