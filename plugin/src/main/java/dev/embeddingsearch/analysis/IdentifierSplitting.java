/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.analysis;

import java.util.Objects;

/**
 * The options of {@link CodeIdentifierFilter}.
 *
 * @param originals what happens to a split identifier
 * @param onCaseChange whether {@code parseHTTPResponse} is split
 * @param onNumerics whether {@code utf8} is split
 */
public record IdentifierSplitting(Originals originals, boolean onCaseChange, boolean onNumerics) {

    /** The options for documents. */
    public static final IdentifierSplitting DEFAULT = new IdentifierSplitting(Originals.OVERLAP, true, true);

    public IdentifierSplitting {
        Objects.requireNonNull(originals, "originals");
    }

    /** The same options without originals. */
    IdentifierSplitting withoutOriginals() {
        return new IdentifierSplitting(Originals.NONE, onCaseChange, onNumerics);
    }
}
