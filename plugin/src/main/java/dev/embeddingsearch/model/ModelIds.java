/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

/**
 * The ids by which a service knows a model.
 *
 * @param document embeds documents
 * @param query embeds queries; the same as {@code document} in most families
 */
public record ModelIds(String document, String query) {

    static final ModelIds NONE = new ModelIds("", "");

    /** One id for both. */
    static ModelIds of(String id) {
        return new ModelIds(id, id);
    }

    public String of(Side side) {
        return side == Side.DOCUMENT ? document : query;
    }
}
