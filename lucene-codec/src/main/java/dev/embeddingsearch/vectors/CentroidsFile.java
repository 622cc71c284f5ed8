/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import dev.embeddingsearch.vectors.graph.GraphNodesFile;
import dev.embeddingsearch.vectors.graph.GraphNodesWriter;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;

/** Writes and reads the <code>.emc</code> file that {@link EmbeddingVectorsFormat} describes. */
final class CentroidsFile {
    static final String EXTENSION = "emc";

    private static final String CODEC_NAME = "EmbeddingSearchCentroids";
    private static final int VERSION_START = 1;
    /**
     * Adds the nodes of graphs over segments with duplicate vectors. A new version, because readers of the first one
     * would take the numbers of nodes for ordinals.
     */
    private static final int VERSION_NODES = 2;

    private static final int END_OF_FIELDS = -1;

    private CentroidsFile() {}

    static void write(SegmentWriteState state, Map<FieldInfo, CentroidSum> fields, GraphNodesWriter nodes)
            throws IOException {
        String fileName = fileName(state.segmentInfo, state.segmentSuffix);
        try (IndexOutput out = state.directory.createOutput(fileName, state.context)) {
            int version = nodes.isEmpty() ? VERSION_START : VERSION_NODES;
            CodecUtil.writeIndexHeader(out, CODEC_NAME, version, state.segmentInfo.getId(), state.segmentSuffix);
            for (Map.Entry<FieldInfo, CentroidSum> field : fields.entrySet()) {
                out.writeInt(field.getKey().number);
                writeField(out, field.getValue());
            }
            out.writeInt(END_OF_FIELDS);
            if (!nodes.isEmpty()) {
                nodes.writeFields(out);
            }
            CodecUtil.writeFooter(out);
        }
    }

    private static void writeField(IndexOutput out, CentroidSum sum) throws IOException {
        out.writeVInt(sum.dimensions());
        out.writeVLong(sum.count());
        Centroid centroid = sum.centroid(sum.count());
        if (centroid != null) {
            out.writeInt(Float.floatToIntBits(centroid.stdDev()));
            for (float x : centroid.mean()) {
                out.writeInt(Float.floatToIntBits(x));
            }
        }
    }

    static IndexInput open(SegmentReadState state) throws IOException {
        return state.directory.openInput(fileName(state.segmentInfo, state.segmentSuffix), state.context);
    }

    /**
     * The content of the file, by field name.
     *
     * @param nodes of the fields with duplicate vectors
     */
    record Content(Map<String, Centroid> centroids, Map<String, GraphNodesFile.Entry> nodes) {}

    /** Verifies the checksum of the whole file before it reads anything. */
    static Content read(IndexInput in, SegmentReadState state) throws IOException {
        CodecUtil.checksumEntireFile(in);
        int version = CodecUtil.checkIndexHeader(
                in, CODEC_NAME, VERSION_START, VERSION_NODES, state.segmentInfo.getId(), state.segmentSuffix);
        Map<String, Centroid> centroids = new HashMap<>();
        for (int number = in.readInt(); number != END_OF_FIELDS; number = in.readInt()) {
            FieldInfo field = GraphNodesFile.field(number, state.fieldInfos, in);
            Centroid centroid = readField(field, in);
            if (centroid != null) {
                centroids.put(field.name, centroid);
            }
        }
        Map<String, GraphNodesFile.Entry> nodes =
                version < VERSION_NODES ? Map.of() : GraphNodesFile.readFields(in, state.fieldInfos);
        return new Content(Map.copyOf(centroids), nodes);
    }

    private static Centroid readField(FieldInfo field, IndexInput in) throws IOException {
        int dimensions = in.readVInt();
        if (dimensions != field.getVectorDimension()) {
            throw new CorruptIndexException(
                    "field [" + field.name + "] has " + field.getVectorDimension() + " dimensions, its centroid ["
                            + dimensions + "]",
                    in);
        }
        long count = in.readVLong();
        if (count == 0) {
            return null;
        }
        float stdDev = Float.intBitsToFloat(in.readInt());
        float[] mean = new float[dimensions];
        in.readFloats(mean, 0, dimensions);
        return new Centroid(mean, stdDev, count);
    }

    private static String fileName(SegmentInfo segment, String suffix) {
        return IndexFileNames.segmentFileName(segment.name, suffix, EXTENSION);
    }
}
