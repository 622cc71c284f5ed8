/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

/** What is put before each text, for models that were trained to tell documents and queries apart by it. */
public record Prefixes(String document, String query) {

    static final Prefixes NONE = new Prefixes("", "");

    public String of(Side side) {
        return side == Side.DOCUMENT ? document : query;
    }
}
