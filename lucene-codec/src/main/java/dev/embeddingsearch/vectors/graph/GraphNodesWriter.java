/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.Closeable;
import java.io.IOException;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.store.ByteBuffersIndexOutput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.packed.DirectMonotonicWriter;
import org.apache.lucene.util.packed.DirectWriter;

/**
 * Writes {@link GraphNodes} of all fields of a segment to the <code>.emn</code> file, which is created with the first
 * field that has duplicate vectors.
 */
public final class GraphNodesWriter implements Closeable {
    private final SegmentWriteState state;
    /** The entries of fields, which {@link #writeFields} copies to the <code>.emc</code> file. */
    private final ByteBuffersDataOutput fields = new ByteBuffersDataOutput();

    private IndexOutput file;

    public GraphNodesWriter(SegmentWriteState state) {
        this.state = state;
    }

    /**
     * Writes the nodes of a field.
     *
     * @param representatives for each vector, by ordinal, the ordinal of the equal vector that is a node of the graph
     */
    void write(FieldInfo field, int[] representatives) throws IOException {
        if (file == null) {
            file = GraphNodesFile.create(state);
        }
        int vectors = representatives.length;
        int[] duplicateCounts = new int[vectors]; // by representative
        int nodes = 0;
        for (int vector = 0; vector < vectors; vector++) {
            if (representatives[vector] == vector) {
                nodes++;
            } else {
                duplicateCounts[representatives[vector]]++;
            }
        }
        try (IndexOutput meta = new ByteBuffersIndexOutput(fields, "nodes of graphs", "nodes of graphs")) {
            meta.writeInt(field.number);
            meta.writeInt(vectors);
            meta.writeInt(nodes);
            writeRepresentatives(meta, representatives, nodes);
            int duplicates = writeOffsets(meta, representatives, duplicateCounts, nodes);
            writeDuplicates(meta, representatives, duplicateCounts, duplicates);
        }
    }

    private void writeRepresentatives(IndexOutput meta, int[] representatives, int nodes) throws IOException {
        long start = writeStart(meta);
        DirectMonotonicWriter writer = DirectMonotonicWriter.getInstance(meta, file, nodes, GraphNodesFile.BLOCK_SHIFT);
        for (int vector = 0; vector < representatives.length; vector++) {
            if (representatives[vector] == vector) {
                writer.add(vector);
            }
        }
        writer.finish();
        meta.writeLong(file.getFilePointer() - start);
    }

    /**
     * Writes where the duplicates of each node begin.
     *
     * @param duplicateCounts by representative; replaced by those beginnings
     * @return the number of all duplicates
     */
    private int writeOffsets(IndexOutput meta, int[] representatives, int[] duplicateCounts, int nodes)
            throws IOException {
        long start = writeStart(meta);
        DirectMonotonicWriter writer =
                DirectMonotonicWriter.getInstance(meta, file, nodes + 1L, GraphNodesFile.BLOCK_SHIFT);
        int offset = 0;
        for (int vector = 0; vector < representatives.length; vector++) {
            if (representatives[vector] == vector) {
                writer.add(offset);
                int count = duplicateCounts[vector];
                duplicateCounts[vector] = offset;
                offset += count;
            }
        }
        writer.add(offset);
        writer.finish();
        meta.writeLong(file.getFilePointer() - start);
        return offset;
    }

    /** @param nextIndexes by representative: where its first duplicate belongs; advanced */
    private void writeDuplicates(IndexOutput meta, int[] representatives, int[] nextIndexes, int duplicates)
            throws IOException {
        int[] byNode = new int[duplicates];
        for (int vector = 0; vector < representatives.length; vector++) {
            if (representatives[vector] != vector) {
                byNode[nextIndexes[representatives[vector]]++] = vector;
            }
        }
        long start = writeStart(meta);
        DirectWriter writer =
                DirectWriter.getInstance(file, byNode.length, GraphNodesFile.bitsPerOrdinal(representatives.length));
        for (int vector : byNode) {
            writer.add(vector);
        }
        writer.finish();
        meta.writeLong(file.getFilePointer() - start);
    }

    private long writeStart(IndexOutput meta) throws IOException {
        long start = file.getFilePointer();
        meta.writeLong(start);
        return start;
    }

    /** Whether no field has duplicate vectors, so that there is no file. */
    public boolean isEmpty() {
        return file == null;
    }

    /** Writes the entries of all fields to the <code>.emc</code> file. */
    public void writeFields(IndexOutput out) throws IOException {
        fields.copyTo(out);
        out.writeInt(GraphNodesFile.END_OF_FIELDS);
    }

    void finish() throws IOException {
        if (file != null) {
            CodecUtil.writeFooter(file);
        }
    }

    @Override
    public void close() throws IOException {
        IOUtils.close(file);
    }
}
