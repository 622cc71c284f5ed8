/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.analysis;

import java.util.Objects;

/**
 * What {@link CodeIdentifierFilter} does.
 *
 * @param originals what becomes of what is split
 * @param onCaseChange whether {@code parseHTTPResponse} is split
 * @param onNumerics whether {@code utf8} is split
 */
public record IdentifierSplitting(Originals originals, boolean onCaseChange, boolean onNumerics) {

    /** For documents. */
    public static final IdentifierSplitting DEFAULT = new IdentifierSplitting(Originals.OVERLAP, true, true);

    public IdentifierSplitting {
        Objects.requireNonNull(originals, "originals");
    }

    /** The same, with parts alone. */
    IdentifierSplitting withoutOriginals() {
        return new IdentifierSplitting(Originals.NONE, onCaseChange, onNumerics);
    }
}
