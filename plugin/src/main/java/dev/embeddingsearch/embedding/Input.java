/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.util.List;

/**
 * One distinct text, ready to be sent.
 *
 * @param tokens how many it has; an upper bound where that is all that matters
 * @param positions where it stands in the request
 */
record Input(String text, int tokens, List<Integer> positions) {

    /** Leaves the text out. */
    @Override
    public String toString() {
        return "Input[tokens=" + tokens + ", positions=" + positions + "]";
    }
}
