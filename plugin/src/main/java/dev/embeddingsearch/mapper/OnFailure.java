/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.Arrays;
import java.util.Locale;

/** {@code on_failure} of a mapping: what becomes of a document when the service of the field's model fails. */
public enum OnFailure {
    FAIL,
    /** The document is indexed and carries a {@link PendingMark}. */
    INDEX_WITHOUT_VECTOR;

    /**
     * Parses the name used in mappings.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static OnFailure of(String name) {
        return Arrays.stream(values())
                .filter(each -> each.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "[on_failure] expects one of " + Arrays.toString(values()) + ", got [" + name + "]"));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
