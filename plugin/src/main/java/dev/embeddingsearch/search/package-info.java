/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Hooks into OpenSearch's searches: which documents the caller may find, how many hits are wanted, profiles, scores added to
 * hits, vectors left out of hits, cancellation of searches that wait for vectors. Knows our Lucene queries; of our query builders it
 * knows the names only.
 */
package dev.embeddingsearch.search;
