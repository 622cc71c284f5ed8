/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import java.util.Set;
import org.apache.lucene.util.VectorUtil;
import org.junit.Test;

public class ClusteredVectorsTests {

    private final ClusteredVectors vectors = new ClusteredVectors(300, 5, 32);

    @Test
    public void sameSeedGivesTheSameVectors() {
        ClusteredVectors again = new ClusteredVectors(300, 5, 32);
        for (int i = 0; i < 300; i++) {
            assertArrayEquals(vectors.documents()[i], again.documents()[i], 0);
        }
        assertArrayEquals(vectors.queries()[4], again.queries()[4], 0);
    }

    @Test
    public void vectorsHaveLengthOne() {
        for (float[] vector : vectors.documents()) {
            assertEquals(1, VectorUtil.dotProduct(vector, vector), 1e-5);
        }
    }

    @Test
    public void nearestAreThoseThatNoOtherAcceptedDocumentIsNearerThan() {
        float[] query = vectors.queries()[0];
        Set<Integer> nearest = vectors.nearest(query, 7, document -> document % 2 == 0);
        assertEquals(7, nearest.size());
        double last = nearest.stream()
                .mapToDouble(document -> VectorUtil.dotProduct(query, vectors.documents()[document]))
                .min()
                .orElseThrow();
        for (int document = 0; document < 300; document += 2) {
            boolean nearer = VectorUtil.dotProduct(query, vectors.documents()[document]) >= last;
            assertEquals(nearer, nearest.contains(document));
        }
    }
}
