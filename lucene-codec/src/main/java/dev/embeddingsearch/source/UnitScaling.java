/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.source;

import java.io.IOException;
import java.util.Optional;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.DataOutput;

/**
 * How a vector is had back from its copy of length 1: times its length, and where rounding leaves a number one step beside
 * the one it was, by that step.
 *
 * <pre>
 * long      bits of the length, a double
 * vint      bytes of steps
 * bytes     two bits a number, the lowest first: 0 one step down, 1 none, 2 one step up
 * </pre>
 *
 * @param length of the vector
 * @param steps as they are stored
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record UnitScaling(double length, byte[] steps) {

    private static final int NUMBERS_PER_BYTE = 4;

    /** The way back from {@code unit} to {@code vector}, or empty if steps do not lead there. */
    static Optional<UnitScaling> of(float[] vector, float[] unit) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        double length = Math.sqrt(squares);
        byte[] steps = new byte[(vector.length + NUMBERS_PER_BYTE - 1) / NUMBERS_PER_BYTE];
        for (int i = 0; i < vector.length; i++) {
            int step = Float.floatToRawIntBits(vector[i]) - Float.floatToRawIntBits((float) (unit[i] * length));
            if (step < -1 || step > 1) {
                return Optional.empty();
            }
            steps[i / NUMBERS_PER_BYTE] |= (byte) ((step + 1) << shift(i));
        }
        return Optional.of(new UnitScaling(length, steps));
    }

    private static int shift(int i) {
        return i % NUMBERS_PER_BYTE * 2;
    }

    /**
     * The vector again. Of a {@code unit} that was rounded since, a vector about as far off: finite, though a step down
     * from zero or up from the largest number would not be.
     */
    float[] undo(float[] unit) {
        float[] vector = new float[unit.length];
        for (int i = 0; i < vector.length; i++) {
            int step = (steps[i / NUMBERS_PER_BYTE] >> shift(i) & 3) - 1;
            float scaled = (float) (unit[i] * length);
            float stepped = Float.intBitsToFloat(Float.floatToRawIntBits(scaled) + step);
            vector[i] = Float.isFinite(stepped) ? stepped : Math.clamp(scaled, -Float.MAX_VALUE, Float.MAX_VALUE);
        }
        return vector;
    }

    void write(DataOutput out) throws IOException {
        out.writeLong(Double.doubleToRawLongBits(length));
        out.writeVInt(steps.length);
        out.writeBytes(steps, steps.length);
    }

    static UnitScaling read(ByteArrayDataInput in) {
        double length = Double.longBitsToDouble(in.readLong());
        byte[] steps = new byte[in.readVInt()];
        in.readBytes(steps, 0, steps.length);
        return new UnitScaling(length, steps);
    }
}
