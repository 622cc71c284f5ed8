/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

/**
 * A model the catalog knows by its id.
 *
 * @param dimensions length of its vectors; 0 only for {@link #UNKNOWN}
 * @param maxInputTokens most tokens of one input, 0 where unknown
 * @param backgroundCosine median cosine of unrelated texts, 0 where unknown
 * @param pricePerMillionTokens in US dollars, 0 for models that run on one's own machines
 */
public record KnownModel(
        ModelIds ids,
        Family family,
        int dimensions,
        int maxInputTokens,
        Prefixes prefixes,
        double backgroundCosine,
        double pricePerMillionTokens) {

    static final KnownModel UNKNOWN = new KnownModel(ModelIds.NONE, Family.OTHER, 0, 0, Prefixes.NONE, 0, 0);

    public String id() {
        return ids.document();
    }

    public String queryId() {
        return ids.query();
    }
}
