/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

/**
 * What determines the vectors of a model. It is known even on nodes that may not call the model, so that mappings do not
 * depend on keys and allow-lists.
 *
 * @param name the name in {@code embedding.model.<name>.*}
 * @param id the id sent for documents
 * @param dimensions length of the vectors, 0 for unknown
 */
public record ModelIdentity(String name, String id, int dimensions) {}
