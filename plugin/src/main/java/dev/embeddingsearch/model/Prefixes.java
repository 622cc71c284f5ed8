/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

/** Prefixes of documents and queries, for models that were trained with them. */
public record Prefixes(String document, String query) {

    static final Prefixes NONE = new Prefixes("", "");

    public String of(Side side) {
        return side == Side.DOCUMENT ? document : query;
    }
}
