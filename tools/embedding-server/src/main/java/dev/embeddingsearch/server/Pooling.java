/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import java.nio.FloatBuffer;

/** How the vectors of a text's tokens become one. */
enum Pooling {
    /** The vector of the first token, [CLS]. */
    CLS {
        @Override
        float[] pool(FloatBuffer tokens, int dimensions) {
            float[] first = new float[dimensions];
            tokens.get(0, first);
            return first;
        }
    },
    /** The sum of all: the same direction as their mean. */
    MEAN {
        @Override
        float[] pool(FloatBuffer tokens, int dimensions) {
            float[] sum = new float[dimensions];
            for (int i = 0; i < tokens.limit(); i++) {
                sum[i % dimensions] += tokens.get(i);
            }
            return sum;
        }
    };

    /**
     * A vector of any length in the direction of the text's vector.
     *
     * @param tokens one token's vector after the other
     */
    abstract float[] pool(FloatBuffer tokens, int dimensions);
}
