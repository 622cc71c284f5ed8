/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import static org.junit.Assert.assertEquals;

import java.util.Set;
import org.junit.Test;

public class ExactNeighborsTests {

    private static final float[][] DOCUMENTS = {{0, 1}, {0.6f, 0.8f}, {1, 0}, {-1, 0}, {0.8f, 0.6f}};

    @Test
    public void theLargestCosinesOfThoseAccepted() {
        float[] query = {1, 0};
        assertEquals(Set.of(2, 4, 1), ExactNeighbors.of(query, DOCUMENTS, 3, document -> true));
        assertEquals(Set.of(1, 0), ExactNeighbors.of(query, DOCUMENTS, 2, document -> document < 2));
        assertEquals(Set.of(3), ExactNeighbors.of(query, DOCUMENTS, 2, document -> document == 3));
    }
}
