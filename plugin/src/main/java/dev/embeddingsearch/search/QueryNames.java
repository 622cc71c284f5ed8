/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

/** The names of our queries in the query DSL. */
public final class QueryNames {

    public static final String EMBEDDING = "embedding";
    public static final String HYBRID_MATCH = "hybrid_match";

    private QueryNames() {}
}
