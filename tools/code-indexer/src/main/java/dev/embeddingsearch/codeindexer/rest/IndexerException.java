/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.rest;

/** What ends a run, said in a sentence for the one who started it. */
public final class IndexerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public IndexerException(String message) {
        super(message);
    }

    public IndexerException(String message, Throwable cause) {
        super(message, cause);
    }
}
