/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What runs in the phases of a search on a shard: which documents the caller may find, how many hits are wanted, profiles,
 * scores added to hits, vectors left out of hits. Knows the names of our queries, not the queries.
 */
package dev.embeddingsearch.search;
