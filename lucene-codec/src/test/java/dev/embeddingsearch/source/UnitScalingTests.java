/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.source;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.tests.util.LuceneTestCase;

public class UnitScalingTests extends LuceneTestCase {

    private static float[] unit(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] * (1 / Math.sqrt(squares)));
        }
        return unit;
    }

    private static float[] written(UnitScaling scaling, float[] unit) throws IOException {
        ByteBuffersDataOutput out = new ByteBuffersDataOutput();
        scaling.write(out);
        return UnitScaling.read(new ByteArrayDataInput(out.toArrayCopy())).restore(unit);
    }

    public void testEveryBitComesBack() throws IOException {
        for (int round = 0; round < 200; round++) {
            float[] vector = new float[1 + random().nextInt(100)];
            float size = (float) Math.pow(10, random().nextInt(60) - 30);
            for (int i = 0; i < vector.length; i++) {
                vector[i] = (float) random().nextGaussian() * size;
            }
            if (random().nextBoolean()) {
                vector[random().nextInt(vector.length)] = -0.0f;
            }
            vector[random().nextInt(vector.length)] = size;
            float[] unit = unit(vector);
            float[] back = written(UnitScaling.of(vector, unit).orElseThrow(), unit);
            for (int i = 0; i < vector.length; i++) {
                assertEquals(Float.floatToRawIntBits(vector[i]), Float.floatToRawIntBits(back[i]));
            }
        }
    }

    public void testStepsTakeTwoBits() {
        float[] vector = new float[1536];
        Arrays.fill(vector, 3);
        assertEquals(384, UnitScaling.of(vector, unit(vector)).orElseThrow().steps().length);
    }

    public void testComponentsOffByMoreThanOneStep() {
        assertTrue(UnitScaling.of(new float[] {3, 4}, new float[] {.6f, .7f}).isEmpty());
        assertTrue(
                "too small beside the others",
                UnitScaling.of(new float[] {1e30f, 1e-20f}, unit(new float[] {1e30f, 1e-20f}))
                        .isEmpty());
    }

    /** A step down from 0, or up from the largest float, would leave the finite floats. */
    public void testVectorsRestoredFromRoundedOnesAreFinite() {
        float[] written = {3e38F, 1e-20F, -1e-20F, 2.9e38F};
        double length = 0;
        for (float number : written) {
            length = Math.hypot(length, number);
        }
        UnitScaling down = new UnitScaling(length, new byte[] {0});
        UnitScaling up = new UnitScaling(length, new byte[] {(byte) 0xAA});
        for (UnitScaling scaling : new UnitScaling[] {down, up}) {
            for (float number : scaling.restore(new float[] {1, 0, -0F, -1})) {
                assertTrue(number + " is finite", Float.isFinite(number));
            }
        }
    }
}
