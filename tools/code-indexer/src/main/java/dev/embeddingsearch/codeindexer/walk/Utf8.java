/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Text read from bytes that should be UTF-8. Bytes that are not are read as Latin-1, each for itself: in old files all
 * letters beyond ASCII, in others the one that came from elsewhere.
 *
 * @param faults how many such bytes there were
 */
record Utf8(String text, int faults) {

    private static final int BYTE = 0xff;

    static Utf8 decode(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        // No byte makes more than one character.
        CharBuffer out = CharBuffer.allocate(bytes.length);
        int faults = 0;
        for (CoderResult result = decoder.decode(in, out, true);
                !result.isUnderflow();
                result = decoder.decode(in, out, true)) {
            for (int i = 0; i < result.length(); i++) {
                out.put((char) (in.get() & BYTE));
                faults++;
            }
            decoder.reset();
        }
        return new Utf8(out.flip().toString(), faults);
    }
}
