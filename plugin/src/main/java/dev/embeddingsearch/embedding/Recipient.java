/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.util.List;

/**
 * Where the result of one text belongs in one request.
 *
 * @param positions of the text in the request; more than one if the request repeats the text
 */
public record Recipient(Collector collector, List<Integer> positions) {

    /** Passes the vector on to each position; the collector owns it afterwards. */
    public void vector(float[] vector) {
        collector.vector(positions, vector);
    }

    public void failure(Exception failure) {
        collector.failure(positions, failure);
    }
}
