/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.LongValues;
import org.apache.lucene.util.packed.DirectMonotonicReader;
import org.apache.lucene.util.packed.DirectReader;
import org.apache.lucene.util.packed.DirectWriter;

/**
 * Opens the <code>.emn</code> file and reads its entries in the <code>.emc</code> file, both described by {@link
 * dev.embeddingsearch.vectors.EmbeddingVectorsFormat}. {@link GraphNodesWriter} writes them.
 */
public final class GraphNodesFile {
    static final String EXTENSION = "emn";
    /** Blocks of 2^16 values for {@link org.apache.lucene.util.packed.DirectMonotonicWriter}. */
    static final int BLOCK_SHIFT = 16;

    static final int END_OF_FIELDS = -1;

    private static final String CODEC_NAME = "EmbeddingSearchNodes";
    private static final int VERSION = 1;

    private GraphNodesFile() {}

    /** The bits of each ordinal of a duplicate vector, in a segment with so many vectors. */
    static int bitsPerOrdinal(int vectors) {
        return DirectWriter.unsignedBitsRequired(vectors);
    }

    static IndexOutput create(SegmentWriteState state) throws IOException {
        String name = IndexFileNames.segmentFileName(state.segmentInfo.name, state.segmentSuffix, EXTENSION);
        IndexOutput file = state.directory.createOutput(name, state.context);
        CodecUtil.writeIndexHeader(file, CODEC_NAME, VERSION, state.segmentInfo.getId(), state.segmentSuffix);
        return file;
    }

    /** Opens the file and checks its header and the form of its footer; its checksum is not computed. */
    public static IndexInput open(SegmentReadState state) throws IOException {
        String name = IndexFileNames.segmentFileName(state.segmentInfo.name, state.segmentSuffix, EXTENSION);
        IndexInput file = state.directory.openInput(name, state.context);
        try {
            CodecUtil.checkIndexHeader(
                    file, CODEC_NAME, VERSION, VERSION, state.segmentInfo.getId(), state.segmentSuffix);
            CodecUtil.retrieveChecksum(file);
            return file;
        } catch (Throwable t) {
            file.close();
            throw t;
        }
    }

    private record Slice(long offset, long length) {
        static Slice read(IndexInput in, long offset) throws IOException {
            return new Slice(offset, in.readLong());
        }
    }

    private record Monotonic(Slice slice, DirectMonotonicReader.Meta meta) {

        static Monotonic read(IndexInput in, long count) throws IOException {
            long offset = in.readLong();
            DirectMonotonicReader.Meta meta = DirectMonotonicReader.loadMeta(in, count, BLOCK_SHIFT);
            return new Monotonic(Slice.read(in, offset), meta);
        }

        LongValues open(IndexInput file) throws IOException {
            return DirectMonotonicReader.getInstance(meta, file.randomAccessSlice(slice.offset, slice.length));
        }
    }

    /** Where the file stores the nodes of a field. */
    public record Entry(int size, int bits, Monotonic representatives, Monotonic firstDuplicates, Slice duplicates) {

        public GraphNodes open(IndexInput file) throws IOException {
            LongValues ordinals =
                    DirectReader.getInstance(file.randomAccessSlice(duplicates.offset, duplicates.length), bits);
            return new GraphNodes(size, representatives.open(file), firstDuplicates.open(file), ordinals);
        }
    }

    /** Reads the entries of all fields with duplicate vectors, by field name. */
    public static Map<String, Entry> readFields(IndexInput in, FieldInfos fields) throws IOException {
        Map<String, Entry> entries = new HashMap<>();
        for (int number = in.readInt(); number != END_OF_FIELDS; number = in.readInt()) {
            FieldInfo field = field(number, fields, in);
            int vectors = in.readInt();
            int size = in.readInt();
            if (size < 1 || size >= vectors) {
                throw new CorruptIndexException(
                        "field [" + field.name + "] expects fewer nodes than its vectors, which are [" + vectors
                                + "], got [" + size + "]",
                        in);
            }
            Monotonic representatives = Monotonic.read(in, size);
            Monotonic firstDuplicates = Monotonic.read(in, size + 1L);
            Slice duplicates = Slice.read(in, in.readLong());
            entries.put(
                    field.name, new Entry(size, bitsPerOrdinal(vectors), representatives, firstDuplicates, duplicates));
        }
        return Map.copyOf(entries);
    }

    /**
     * The float vector field with this number.
     *
     * @param in the file in which the number stands, for the error
     * @throws CorruptIndexException if the segment has no such field
     */
    public static FieldInfo field(int number, FieldInfos infos, IndexInput in) throws IOException {
        FieldInfo field = number < 0 ? null : infos.fieldInfo(number);
        if (field == null || !field.hasVectorValues() || field.getVectorEncoding() != VectorEncoding.FLOAT32) {
            throw new CorruptIndexException("expected the number of a float vector field, got [" + number + "]", in);
        }
        return field;
    }
}
