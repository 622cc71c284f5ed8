/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import java.util.Map;

/**
 * The parts of a request to the service besides model id and texts.
 *
 * @param floats whether to request vectors as numbers, the API's default; otherwise in base64
 * @param documentParameters by their names, with values of JSON, for texts of documents
 * @param queryParameters the same for texts of queries
 */
public record RequestFormat(
        Dimensions dimensions,
        boolean floats,
        Map<String, Object> documentParameters,
        Map<String, Object> queryParameters) {

    /** When a request has the parameter {@code dimensions}. */
    public enum Dimensions {
        /** For models that accept it according to the catalog, and for unknown models whose settings have it. */
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
