/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.zstd;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import org.apache.lucene.codecs.compressing.CompressionMode;
import org.apache.lucene.codecs.compressing.Compressor;
import org.apache.lucene.codecs.compressing.Decompressor;
import org.apache.lucene.store.ByteBuffersDataInput;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.store.DataOutput;
import org.apache.lucene.util.BytesRef;

/** A chunk is one zstd frame, behind its length. */
final class ZstdCompression extends CompressionMode {

    @Override
    public Compressor newCompressor() {
        return new FrameCompressor();
    }

    @Override
    public Decompressor newDecompressor() {
        return new FrameDecompressor();
    }

    private static final class FrameCompressor extends Compressor {

        @Override
        public void compress(ByteBuffersDataInput in, DataOutput out) throws IOException {
            byte[] chunk = new byte[Math.toIntExact(in.length())];
            in.readBytes(chunk, 0, chunk.length);
            byte[] frame = Zstd.compress(chunk);
            out.writeVInt(frame.length);
            out.writeBytes(frame, frame.length);
        }

        @Override
        public void close() {}
    }

    private static final class FrameDecompressor extends Decompressor {

        @Override
        public void decompress(DataInput in, int chunkLength, int offset, int length, BytesRef bytes)
                throws IOException {
            byte[] frame = new byte[in.readVInt()];
            in.readBytes(frame, 0, frame.length);
            bytes.bytes = Zstd.decompress(frame, chunkLength);
            bytes.offset = offset;
            bytes.length = length;
        }

        @Override
        public Decompressor clone() {
            return new FrameDecompressor();
        }
    }
}
