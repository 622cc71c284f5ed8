/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

/** What vectors are for, which decides who goes first and how long to try. */
public enum Purpose {
    /** Somebody waits for hits: ahead of all ingest, and given up after {@code search_timeout}. */
    SEARCH,
    /** Documents can wait, but must not be lost: all retries, given up after {@code ingest_timeout}. */
    INGEST
}
