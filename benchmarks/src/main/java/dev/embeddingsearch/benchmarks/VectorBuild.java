/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.Map;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.IntPoint;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;

/** Builds an index in one layout on the calling thread and counts what that costs: CPU time, and bytes of its files. */
final class VectorBuild {

    static final String NUMBER = "number";
    static final String HEADER = "| layout | CPU s, ingest | CPU s, with merge to one | hot bytes a vector |"
            + " bytes on disk a vector | segments after ingest |\n|---|---|---|---|---|---|";

    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private final ClusteredVectors vectors;
    private final VectorLayout layout;
    private final int refresh;
    private double ingestSeconds;
    private double totalSeconds;
    private int segments;

    /** @param refresh so many documents come between two refreshes */
    VectorBuild(ClusteredVectors vectors, VectorLayout layout, int refresh) {
        this.vectors = vectors;
        this.layout = layout;
        this.refresh = refresh;
    }

    static double cpuSeconds() {
        return CLOCK.getCurrentThreadCpuTime() / 1e9;
    }

    /** An index that is being written. */
    final class Open implements Closeable {
        private final IndexWriter writer;

        private Open(IndexWriter writer) {
            this.writer = writer;
        }

        DirectoryReader reader() throws IOException {
            return DirectoryReader.open(writer);
        }

        void merge() throws IOException {
            double start = cpuSeconds();
            writer.forceMerge(1);
            writer.commit();
            totalSeconds = ingestSeconds + cpuSeconds() - start;
        }

        @Override
        public void close() throws IOException {
            writer.close();
        }
    }

    /** Writes all documents, a segment for every refresh, merged as Lucene's policy wants it. */
    Open ingest(Directory directory) throws IOException {
        KnnVectorsFormat format = layout.format(vectors.dimensions());
        IndexWriter writer = new IndexWriter(
                directory,
                new IndexWriterConfig()
                        .setUseCompoundFile(false)
                        .setMergeScheduler(new SerialMergeScheduler())
                        .setRAMBufferSizeMB(512)
                        .setCodec(new Lucene104Codec() {
                            @Override
                            public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                                return format;
                            }
                        }));
        double start = cpuSeconds();
        for (int i = 0; i < vectors.documents().length; i++) {
            Document document = new Document();
            document.add(new IntPoint(NUMBER, i));
            document.add(new NumericDocValuesField(NUMBER, i));
            document.add(new KnnFloatVectorField(
                    VectorLayout.FIELD, vectors.documents()[i], VectorSimilarityFunction.DOT_PRODUCT));
            writer.addDocument(document);
            if ((i + 1) % refresh == 0) {
                writer.commit();
            }
        }
        writer.commit();
        ingestSeconds = cpuSeconds() - start;
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
            segments = reader.leaves().size();
        }
        return new Open(writer);
    }

    String row(DirectoryReader reader, Directory directory) throws IOException {
        long hot = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
            KnnVectorsReader all = ((CodecReader) leaf.reader()).getVectorReader();
            KnnVectorsReader ours = ((PerFieldKnnVectorsFormat.FieldsReader) all).getFieldReader(VectorLayout.FIELD);
            Map<String, Long> bytes =
                    ours.getOffHeapByteSize(leaf.reader().getFieldInfos().fieldInfo(VectorLayout.FIELD));
            hot += bytes.getOrDefault("vex", 0L) + bytes.getOrDefault("veq", bytes.get("vec"));
        }
        long disk = 0;
        for (String file : directory.listAll()) {
            disk += directory.fileLength(file);
        }
        return String.format(
                Locale.ROOT,
                "| %s | %.0f | %.0f | %,d | %,d | %d |",
                layout.title(),
                ingestSeconds,
                totalSeconds,
                hot / reader.maxDoc(),
                disk / reader.maxDoc(),
                segments);
    }
}
