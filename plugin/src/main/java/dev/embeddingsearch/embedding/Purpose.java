/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

/** What vectors are for. It decides over priority and deadline. */
public enum Purpose {
    /** For a search that is waiting: sent before all ingest, fails after {@code search_timeout}. */
    SEARCH,
    /**
     * For documents, which can wait but must not be lost: sent with all retries, fails after {@code ingest_timeout}.
     */
    INGEST
}
