/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Collects one vector from numbers, or from the bytes of little-endian float32, without boxing or intermediate copies.
 */
final class VectorBuffer extends OutputStream {

    /** More than any model has; a hostile reply cannot fill the heap. */
    static final int MAX_DIMENSIONS = 65_536;

    private static final VarHandle FLOATS =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    /** Values of embeddings are between -1 and 1, in some models between -100 and 100. */
    private static final double MOST_PLAUSIBLE = 1e6;

    private final byte[] rest = new byte[Float.BYTES];
    private int restLength;
    private float[] values;
    private int size;
    private boolean fromBytes;

    VectorBuffer(int expected) {
        values = new float[expected > 0 ? expected : 1024];
    }

    void add(float value) throws BadReplyException {
        if (size == values.length) {
            if (size >= MAX_DIMENSIONS) {
                throw new BadReplyException("got a vector of more than [" + MAX_DIMENSIONS + "] dimensions");
            }
            values = Arrays.copyOf(values, Math.min(MAX_DIMENSIONS, 2 * size));
        }
        values[size++] = value;
    }

    @Override
    public void write(int b) throws BadReplyException {
        fromBytes = true;
        rest[restLength++] = (byte) b;
        if (restLength == Float.BYTES) {
            add((float) FLOATS.get(rest, 0));
            restLength = 0;
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws BadReplyException {
        fromBytes = true;
        int at = offset;
        int end = offset + length;
        while (at < end && restLength > 0) {
            write(bytes[at++]);
        }
        for (; end - at >= Float.BYTES; at += Float.BYTES) {
            add((float) FLOATS.get(bytes, at));
        }
        while (at < end) {
            write(bytes[at++]);
        }
    }

    float[] vector() throws BadReplyException {
        if (restLength > 0) {
            throw new BadReplyException("expected base64 of whole float32 values, got [" + restLength + "] bytes more");
        }
        float[] doubles = fromBytes && size % 2 == 0 ? asFloat64() : null;
        if (doubles != null) {
            return doubles;
        }
        return size == values.length ? values : Arrays.copyOf(values, size);
    }

    /**
     * The vector if the bytes are float64, which some servers send as base64; else null. If float64 is read as float32,
     * every second value consists of the low bits of a mantissa, and some of these values are implausibly large.
     */
    private float[] asFloat64() {
        boolean plausible = true;
        for (int i = 0; i < size; i++) {
            plausible &= Math.abs(values[i]) < MOST_PLAUSIBLE; // NaN is not plausible, either
        }
        if (plausible) {
            return null;
        }
        float[] doubles = new float[size / 2];
        double squares = 0;
        for (int i = 0; i < doubles.length; i++) {
            long low = Float.floatToRawIntBits(values[2 * i]) & 0xffff_ffffL;
            double value = Double.longBitsToDouble((long) Float.floatToRawIntBits(values[2 * i + 1]) << 32 | low);
            squares += value * value;
            doubles[i] = (float) value;
        }
        return squares > 1e-6 && squares < MOST_PLAUSIBLE * MOST_PLAUSIBLE ? doubles : null;
    }
}
