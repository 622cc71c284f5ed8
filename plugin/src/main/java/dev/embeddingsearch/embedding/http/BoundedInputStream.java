/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that throws {@link BadReplyException} once more than a given number of bytes was read. */
final class BoundedInputStream extends FilterInputStream {

    private final long limit;
    private long read;
    private boolean ended;

    BoundedInputStream(InputStream in, long limit) {
        super(in);
        this.limit = limit;
    }

    @Override
    public int read() throws IOException {
        int b = in.read();
        count(b < 0 ? -1 : 1);
        return b;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int n = in.read(bytes, offset, length);
        count(n);
        return n;
    }

    /** Whether a read has reached the end of the stream. */
    boolean ended() {
        return ended;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void count(int n) throws BadReplyException {
        ended |= n < 0;
        read += Math.max(0, n);
        if (read > limit) {
            throw new BadReplyException("expected a reply of at most [" + limit + "] bytes, got more");
        }
    }
}
