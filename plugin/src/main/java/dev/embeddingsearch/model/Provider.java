/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import java.util.Locale;

/** The form of a service's URL and credentials. */
public enum Provider {
    /** {@code {url}/embeddings} with a bearer token, as OpenAI and everything that speaks its API. */
    OPENAI,
    /** {@code {url}/openai/deployments/{id}/embeddings?api-version=...} with an {@code api-key} header. */
    AZURE;

    static Provider of(String name) {
        return switch (name) {
            case "openai" -> OPENAI;
            case "azure" -> AZURE;
            default -> throw new IllegalArgumentException("expected [openai] or [azure], got [" + name + "]");
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
