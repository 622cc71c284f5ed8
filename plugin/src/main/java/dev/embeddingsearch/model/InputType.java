/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import java.util.Locale;

/** The kind of text that is embedded. Newlines in code have a meaning and are never replaced. */
public enum InputType {
    TEXT,
    CODE;

    /**
     * Parses the name used in mappings and processors.
     *
     * @throws IllegalArgumentException if {@code name} is neither {@code text} nor {@code code}
     */
    public static InputType of(String name) {
        for (InputType type : values()) {
            if (type.toString().equals(name)) {
                return type;
            }
        }
        throw new IllegalArgumentException("[input_type] expects [text] or [code], got [" + name + "]");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
