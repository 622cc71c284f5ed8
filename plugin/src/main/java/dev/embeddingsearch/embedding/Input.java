/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.util.List;

/**
 * One distinct text, ready to be sent.
 *
 * @param positions where it stands in the request
 */
record Input(String text, int tokens, List<Integer> positions) {

    /** Leaves the text out. */
    @Override
    public String toString() {
        return "Input[tokens=" + tokens + ", positions=" + positions + "]";
    }
}
