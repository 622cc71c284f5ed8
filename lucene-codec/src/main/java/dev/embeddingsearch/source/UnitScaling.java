/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.source;

import java.io.IOException;
import java.util.Optional;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.DataOutput;

/**
 * The data to restore a vector from its copy of length 1: the original length, and for each component the rounding
 * error of multiplying by that length, which is at most one unit in the last place.
 *
 * <pre>
 * long      bits of the length, a double
 * vint      number of bytes of steps
 * bytes     steps, two bits a component, the lowest bits first: 0 is one float down, 1 none, 2 one float up
 * </pre>
 *
 * @param length Euclidean length of the vector
 * @param steps packed as stored
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record UnitScaling(double length, byte[] steps) {

    private static final int STEPS_PER_BYTE = 4;

    /**
     * Finds the data to restore {@code vector} from {@code unit}; empty if a component is off by more than one step.
     */
    static Optional<UnitScaling> of(float[] vector, float[] unit) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        double length = Math.sqrt(squares);
        byte[] steps = new byte[(vector.length + STEPS_PER_BYTE - 1) / STEPS_PER_BYTE];
        for (int i = 0; i < vector.length; i++) {
            int step = Float.floatToRawIntBits(vector[i]) - Float.floatToRawIntBits((float) (unit[i] * length));
            if (step < -1 || step > 1) {
                return Optional.empty();
            }
            steps[i / STEPS_PER_BYTE] |= (byte) ((step + 1) << shift(i));
        }
        return Optional.of(new UnitScaling(length, steps));
    }

    private static int shift(int i) {
        return i % STEPS_PER_BYTE * 2;
    }

    /**
     * Restores the vector. If {@code unit} was rounded since, the result is about as inexact, but finite: a step that
     * would lead to infinity or NaN, down from zero or up from the largest float, is left out.
     */
    float[] restore(float[] unit) {
        float[] vector = new float[unit.length];
        for (int i = 0; i < vector.length; i++) {
            int step = (steps[i / STEPS_PER_BYTE] >> shift(i) & 3) - 1;
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
