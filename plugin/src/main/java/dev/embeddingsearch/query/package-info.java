/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The queries {@code embedding} and {@code hybrid_match}, and two that only the coordinating node makes: ranked documents and
 * raw similarities. They are parsed from the query DSL, embedded once on the coordinating node, and become Lucene queries on
 * the shards.
 */
package dev.embeddingsearch.query;
