/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

/** The key of a service, in memory. {@code toString} never shows it. */
public final class ApiKey {

    private final String value;

    private ApiKey(String value) {
        this.value = value;
    }

    /**
     * Wraps a key after a check that keeps it from breaking out of its header.
     *
     * @param setting where the key came from, for the message; the key itself is not part of it
     * @throws IllegalArgumentException if the key holds anything but visible ASCII characters
     */
    static ApiKey of(String setting, CharSequence chars) {
        String value = chars.toString().strip();
        if (value.isEmpty() || !value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException(
                    "[" + setting + "] in the keystore expects a key of visible ASCII characters without spaces;"
                            + " add it again with [opensearch-keystore add --force " + setting + "]");
        }
        return new ApiKey(value);
    }

    /** The key itself, for the one header it belongs to. */
    public String reveal() {
        return value;
    }

    @Override
    public String toString() {
        return "ApiKey[hidden]";
    }
}
