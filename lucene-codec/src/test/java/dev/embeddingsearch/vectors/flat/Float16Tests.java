/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import org.apache.lucene.tests.util.LuceneTestCase;

public class Float16Tests extends LuceneTestCase {
    public void testEveryFloat16IsReadAsItWasWritten() {
        float[] all = new float[1 << 16];
        for (int bits = 0; bits < all.length; bits++) {
            float component = Float.float16ToFloat((short) bits);
            all[bits] = Float.isFinite(component) ? component : 0;
        }
        byte[] bytes = new byte[2 * all.length];
        Float16.encode(all, bytes);
        float[] read = new float[all.length];
        Float16.decode(bytes, new short[all.length], read);
        for (int i = 0; i < all.length; i++) {
            assertEquals(Float.floatToRawIntBits(all[i]), Float.floatToRawIntBits(read[i]));
            assertEquals(Float.floatToRawIntBits(all[i]), Float.floatToRawIntBits(Float16.round(all[i])));
        }
        assertEquals("the lower byte comes first", 0x3C, bytes[2 * 0x3C00 + 1]);
        assertEquals(0, bytes[2 * 0x3C00]);
    }

    public void testRoundsToTheNearestAndTiesToEven() {
        assertEquals(1, Float16.round(1 + 0x1p-11F), 0);
        assertEquals(1 + 0x1p-9F, Float16.round(1 + 3 * 0x1p-11F), 0);
        assertEquals(1 + 0x1p-10F, Float16.round(Math.nextUp(1 + 0x1p-11F)), 0);
        assertEquals(0, Float16.round(0x1p-25F), 0);
        assertEquals(0x1p-24F, Float16.round(Math.nextUp(0x1p-25F)), 0);
        assertEquals(65_504, Float16.round(Math.nextDown(65_520F)), 0);
    }

    public void testRoundingIsOffByAtMostOneIn2048() {
        for (int i = 0; i < 10_000; i++) {
            float component = (float) random().nextGaussian();
            assertEquals(component, Float16.round(component), Math.max(0x1p-25, Math.abs(component) / 2_048));
        }
    }

    public void testFloat32VectorsAreNotRounded() {
        float[] vector = {1e30F, 1 / 3F};
        assertSame(vector, VectorPrecision.FLOAT32.round("v", vector));
        assertEquals("float16", VectorPrecision.FLOAT16.toString());
    }
}
