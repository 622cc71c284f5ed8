/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import dev.embeddingsearch.vectors.EmbeddingVectorsFormat;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;
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
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.LongValues;
import org.apache.lucene.util.packed.DirectMonotonicReader;
import org.apache.lucene.util.packed.DirectReader;
import org.apache.lucene.util.packed.DirectWriter;

/**
 * Which vectors the nodes of a graph stand for, where a vector is there more than once: one of its copies represents all,
 * since copies would only have each other for neighbours. Nodes are numbered in the order of the vectors that represent
 * them. Described by {@link EmbeddingVectorsFormat}. For one thread.
 */
public final class GraphNodes {
    public static final String EXTENSION = "emn";
    static final int BLOCK_SHIFT = 16;
    static final int END_OF_FIELDS = -1;

    private static final String CODEC_NAME = "EmbeddingSearchNodes";
    private static final int VERSION = 1;

    private final int size;
    private final LongValues vectors;
    private final LongValues firstCopies;
    private final LongValues copies;

    private GraphNodes(int size, LongValues vectors, LongValues firstCopies, LongValues copies) {
        this.size = size;
        this.vectors = vectors;
        this.firstCopies = firstCopies;
        this.copies = copies;
    }

    public int size() {
        return size;
    }

    /** The vector that represents {@code node}. */
    public int vector(int node) {
        return (int) vectors.get(node);
    }

    /**
     * Gives the first {@code most} vectors of {@code node} that are accepted, in increasing order.
     *
     * @param accepted null for all
     */
    public void forEach(int node, Bits accepted, int most, IntConsumer consumer) {
        long next = firstCopies.get(node);
        long end = firstCopies.get(node + 1L);
        int representative = vector(node);
        int given = 0;
        while (given < most && (representative >= 0 || next < end)) {
            int vector = next < end ? (int) copies.get(next) : representative;
            if (representative >= 0 && representative <= vector) {
                vector = representative;
                representative = -1;
            } else {
                next++;
            }
            if (accepted == null || accepted.get(vector)) {
                consumer.accept(vector);
                given++;
            }
        }
    }

    /** How many vectors of {@code node} are accepted, up to {@code most}. */
    public int count(int node, Bits accepted, int most) {
        long first = firstCopies.get(node);
        long end = firstCopies.get(node + 1L);
        if (accepted == null) {
            return (int) Math.min(most, 1 + end - first);
        }
        int count = accepted.get(vector(node)) ? 1 : 0;
        for (long i = first; i < end && count < most; i++) {
            count += accepted.get((int) copies.get(i)) ? 1 : 0;
        }
        return count;
    }

    /** A node is accepted where one of its vectors is; null for all. */
    Bits accepting(Bits accepted) {
        return accepted == null ? null : new AcceptedNodes(accepted);
    }

    private final class AcceptedNodes implements Bits {
        private final Bits accepted;

        AcceptedNodes(Bits accepted) {
            this.accepted = accepted;
        }

        @Override
        public boolean get(int node) {
            return count(node, accepted, 1) > 0;
        }

        @Override
        public int length() {
            return size;
        }
    }

    /** The bits of each copy's ordinal. */
    static int bits(int vectors) {
        return DirectWriter.unsignedBitsRequired(vectors);
    }

    static IndexOutput createFile(SegmentWriteState state) throws IOException {
        String name = IndexFileNames.segmentFileName(state.segmentInfo.name, state.segmentSuffix, EXTENSION);
        IndexOutput file = state.directory.createOutput(name, state.context);
        CodecUtil.writeIndexHeader(file, CODEC_NAME, VERSION, state.segmentInfo.getId(), state.segmentSuffix);
        return file;
    }

    public static IndexInput openFile(SegmentReadState state) throws IOException {
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

    /** Where in the file the nodes of a field are. */
    public record Entry(int size, int bits, Monotonic vectors, Monotonic firstCopies, Slice copies) {

        public GraphNodes open(IndexInput file) throws IOException {
            LongValues copyOrdinals =
                    DirectReader.getInstance(file.randomAccessSlice(copies.offset, copies.length), bits);
            return new GraphNodes(size, vectors.open(file), firstCopies.open(file), copyOrdinals);
        }
    }

    /** By field name. */
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
            Monotonic vectorOfNode = Monotonic.read(in, size);
            Monotonic firstCopy = Monotonic.read(in, size + 1L);
            Slice copies = Slice.read(in, in.readLong());
            entries.put(field.name, new Entry(size, bits(vectors), vectorOfNode, firstCopy, copies));
        }
        return Map.copyOf(entries);
    }

    /** A float field by its number in {@code in}. */
    public static FieldInfo field(int number, FieldInfos infos, IndexInput in) throws IOException {
        FieldInfo field = number < 0 ? null : infos.fieldInfo(number);
        if (field == null || !field.hasVectorValues() || field.getVectorEncoding() != VectorEncoding.FLOAT32) {
            throw new CorruptIndexException("expected the number of a float vector field, got [" + number + "]", in);
        }
        return field;
    }
}
