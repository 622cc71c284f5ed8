/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

/**
 * A model the catalogue knows by its id.
 *
 * @param id the id for documents, and for everything in families with one model
 * @param queryId the id for queries; the same as {@code id} in most families
 * @param dimensions length of its vectors; 0 only for {@link #UNKNOWN}
 * @param maxInputTokens most tokens of one input, 0 where unknown
 * @param backgroundCosine median cosine of unrelated texts, 0 where unknown
 * @param pricePerMillionTokens in US dollars, 0 for models that run on one's own machines
 */
public record KnownModel(
        String id,
        String queryId,
        Family family,
        int dimensions,
        int maxInputTokens,
        Prefixes prefixes,
        double backgroundCosine,
        double pricePerMillionTokens) {

    static final KnownModel UNKNOWN = new KnownModel("", "", Family.OTHER, 0, 0, Prefixes.NONE, 0, 0);
}
