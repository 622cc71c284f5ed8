/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.http.CallListener;

/** Receives the outcome of a batch after its last attempt. */
interface BatchListener extends CallListener {

    /** Whether no request waits for the outcome any longer. */
    boolean abandoned();
}
