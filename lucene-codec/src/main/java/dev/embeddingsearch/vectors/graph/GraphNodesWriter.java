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

/** Writes {@link GraphNodes} to a file that exists only where a vector is there twice. */
public final class GraphNodesWriter implements Closeable {
    private final SegmentWriteState state;
    private final ByteBuffersDataOutput fields = new ByteBuffersDataOutput();
    private IndexOutput file;

    public GraphNodesWriter(SegmentWriteState state) {
        this.state = state;
    }

    /**
     * Writes the nodes of a field.
     *
     * @param representatives for each vector, by ordinal, the one of the same bits that is a node of the graph
     */
    void write(FieldInfo field, int[] representatives) throws IOException {
        if (file == null) {
            file = GraphNodes.createFile(state);
        }
        int vectors = representatives.length;
        int[] copies = new int[vectors]; // of each representative
        int nodes = 0;
        for (int vector = 0; vector < vectors; vector++) {
            if (representatives[vector] == vector) {
                nodes++;
            } else {
                copies[representatives[vector]]++;
            }
        }
        try (IndexOutput meta = new ByteBuffersIndexOutput(fields, "nodes of graphs", "nodes of graphs")) {
            meta.writeInt(field.number);
            meta.writeInt(vectors);
            meta.writeInt(nodes);
            long start = startOf(meta);
            DirectMonotonicWriter vectorOfNode =
                    DirectMonotonicWriter.getInstance(meta, file, nodes, GraphNodes.BLOCK_SHIFT);
            for (int vector = 0; vector < vectors; vector++) {
                if (representatives[vector] == vector) {
                    vectorOfNode.add(vector);
                }
            }
            vectorOfNode.finish();
            meta.writeLong(file.getFilePointer() - start);
            writeCopies(meta, representatives, copies, nodes);
        }
    }

    /** @param copies of each representative how many; used up */
    private void writeCopies(IndexOutput meta, int[] representatives, int[] copies, int nodes) throws IOException {
        int vectors = representatives.length;
        long start = startOf(meta);
        DirectMonotonicWriter firstCopy =
                DirectMonotonicWriter.getInstance(meta, file, nodes + 1L, GraphNodes.BLOCK_SHIFT);
        int before = 0;
        for (int vector = 0; vector < vectors; vector++) {
            if (representatives[vector] == vector) {
                firstCopy.add(before);
                int own = copies[vector];
                copies[vector] = before; // from now on where the next of them goes
                before += own;
            }
        }
        firstCopy.add(before);
        firstCopy.finish();
        meta.writeLong(file.getFilePointer() - start);

        int[] sorted = new int[before];
        for (int vector = 0; vector < vectors; vector++) {
            if (representatives[vector] != vector) {
                sorted[copies[representatives[vector]]++] = vector;
            }
        }
        start = startOf(meta);
        DirectWriter writer = DirectWriter.getInstance(file, sorted.length, GraphNodes.bits(vectors));
        for (int copy : sorted) {
            writer.add(copy);
        }
        writer.finish();
        meta.writeLong(file.getFilePointer() - start);
    }

    private long startOf(IndexOutput meta) throws IOException {
        long start = file.getFilePointer();
        meta.writeLong(start);
        return start;
    }

    /** Whether each node of every graph stands for one vector, so that there is no file. */
    public boolean isEmpty() {
        return file == null;
    }

    /** Where in the file all fields are, for the file of centroids. */
    public void writeFields(IndexOutput out) throws IOException {
        fields.copyTo(out);
        out.writeInt(GraphNodes.END_OF_FIELDS);
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
