/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

/** Texts put before each document and query, for models that were trained to distinguish them by these. */
public record Prefixes(String document, String query) {

    static final Prefixes NONE = new Prefixes("", "");

    public String of(Side side) {
        return side == Side.DOCUMENT ? document : query;
    }
}
