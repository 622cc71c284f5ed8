/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import static org.junit.Assert.assertArrayEquals;

import java.nio.FloatBuffer;
import org.junit.Test;

public class PoolingTests {
    private final FloatBuffer tokens = FloatBuffer.wrap(new float[] {1, 2, 10, 20, 100, 200});

    @Test
    public void testClsIsTheFirstToken() {
        assertArrayEquals(new float[] {1, 2}, Pooling.CLS.pool(tokens, 2), 0);
        assertArrayEquals(new float[] {1, 2, 10}, Pooling.CLS.pool(tokens, 3), 0);
    }

    @Test
    public void testMeanHasTheDirectionOfAllTokens() {
        assertArrayEquals(new float[] {111, 222}, Pooling.MEAN.pool(tokens, 2), 0);
        assertArrayEquals(new float[] {21, 102, 210}, Pooling.MEAN.pool(tokens, 3), 0);
    }
}
