/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import java.util.Map;

/**
 * What a request to the service holds beside model id and texts.
 *
 * @param floats whether vectors are asked for as numbers, the API's default; in base64 otherwise
 * @param documentParameters by their names, with values of JSON, for texts of documents
 * @param queryParameters the same for texts of queries
 */
public record RequestFormat(
        Dimensions dimensions,
        boolean floats,
        Map<String, Object> documentParameters,
        Map<String, Object> queryParameters) {

    /** When {@code dimensions} is part of it. */
    public enum Dimensions {
        /** For models that take it, as far as the catalog knows, and for those it does not know with the setting. */
        AUTO,
        ALWAYS,
        NEVER;

        static Dimensions of(String value) {
            return switch (value) {
                case "auto" -> AUTO;
                case "true" -> ALWAYS;
                case "false" -> NEVER;
                default ->
                    throw new IllegalArgumentException("expected [auto], [true] or [false], got [" + value + "]");
            };
        }

        @Override
        public String toString() {
            return switch (this) {
                case AUTO -> "auto";
                case ALWAYS -> "true";
                case NEVER -> "false";
            };
        }
    }

    public Map<String, Object> parameters(Side side) {
        return side == Side.DOCUMENT ? documentParameters : queryParameters;
    }
}
