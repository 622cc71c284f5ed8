/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.source;

import dev.embeddingsearch.vectors.UpgradeTests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.StoredFieldsReader;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.BytesRef;

/** Documents are stored without their vectors and read with them, through merges, deletes and sorted segments. */
public class SplitSourceCodecTests extends LuceneTestCase {

    private static final int DIMENSIONS = 64;

    private static float[] vector(int id) {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = id + i / 100f;
        }
        return vector;
    }

    private static String json(int id) {
        JsonVectors json = new JsonVectors(0);
        json.vector(vector(id), id % 3 == 0);
        return new String(json.bytes(), StandardCharsets.US_ASCII);
    }

    private static String whole(int id) {
        return id % 4 == 3 ? "{\"id\":" + id + "}" : "{\"v\":" + json(id) + ",\"id\":" + id + "}";
    }

    /** Every fourth document has no vector. */
    private static Document document(int id) throws IOException {
        Document document = new Document();
        document.add(new StringField("id", Integer.toString(id), Field.Store.YES));
        document.add(new NumericDocValuesField("rank", -id));
        BytesRef source = new BytesRef(whole(id));
        if (id % 4 != 3) {
            float[] vector = vector(id);
            document.add(new KnnFloatVectorField("v", vector, VectorSimilarityFunction.EUCLIDEAN));
            source = SplitSource.split(
                    source, List.of(new SplitSource.VectorSpan("v", 5, 5 + json(id).length(), vector, vector)));
        }
        document.add(new StoredField("_source", source));
        return document;
    }

    private static Codec codec() {
        return new SplitSourceCodec(new Lucene104Codec());
    }

    private static IndexWriterConfig config(IndexWriterConfig config) {
        config.setCodec(codec());
        return random().nextBoolean()
                ? config.setIndexSort(new Sort(new SortField("rank", SortField.Type.LONG)))
                : config;
    }

    private static void index(IndexWriter writer, int documents) throws IOException {
        for (int id = 0; id < documents; id++) {
            writer.addDocument(document(id));
            if (random().nextInt(10) == 0) {
                writer.commit();
            }
        }
    }

    private static void expectWhole(DirectoryReader reader, int documents, int gone) throws IOException {
        assertEquals(documents - gone, reader.numDocs());
        for (LeafReaderContext leaf : reader.leaves()) {
            StoredFields stored = leaf.reader().storedFields();
            StoredFieldsReader sequence =
                    ((CodecReader) leaf.reader()).getFieldsReader().getMergeInstance();
            for (int doc : order(leaf.reader())) {
                Document found = stored.document(doc);
                int id = Integer.parseInt(found.get("id"));
                assertEquals(whole(id), found.getBinaryValue("_source").utf8ToString());
                assertEquals(
                        whole(id),
                        sequence.document(doc).getBinaryValue("_source").utf8ToString());
            }
        }
    }

    private static List<Integer> order(LeafReader leaf) {
        List<Integer> docs = new ArrayList<>();
        for (int doc = 0; doc < leaf.maxDoc(); doc++) {
            docs.add(doc);
        }
        Collections.shuffle(docs, random());
        return docs;
    }

    public void testDocumentsAreReadWhole() throws IOException {
        int documents = 20 + random().nextInt(100);
        try (Directory directory = newDirectory()) {
            try (IndexWriter writer = new IndexWriter(directory, config(newIndexWriterConfig()))) {
                index(writer, documents);
                try (DirectoryReader reader = DirectoryReader.open(writer)) {
                    expectWhole(reader, documents, 0);
                }
                writer.deleteDocuments(new Term("id", "5"), new Term("id", "7"));
                writer.forceMerge(1);
            }
            TestUtil.checkIndex(directory);
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                expectWhole(reader, documents, 2);
                assertEquals("by their vectors", SplitSourceCodec.NAME, codecOf(reader));
            }
        }
    }

    /** OpenSearch closes the merge instances used by a scroll, and clones end with their threads. */
    public void testClosedClonesAndMergeInstancesCloseNothingElse() throws IOException {
        int documents = 20;
        try (Directory directory = newDirectory();
                IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig().setCodec(codec()))) {
            for (int id = 0; id < documents; id++) {
                writer.addDocument(document(id));
            }
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                StoredFieldsReader opened = ((CodecReader) getOnlyLeafReader(reader)).getFieldsReader();
                StoredFieldsReader clone = opened.clone();
                StoredFieldsReader sequence = opened.getMergeInstance();
                for (StoredFieldsReader closed : List.of(
                        opened.clone(),
                        opened.getMergeInstance(),
                        clone.clone(),
                        clone.getMergeInstance(),
                        sequence.clone(),
                        sequence.getMergeInstance())) {
                    closed.document(0);
                    closed.close();
                    for (StoredFieldsReader open : List.of(opened, clone, sequence)) {
                        expectWhole(open, documents);
                    }
                    expectWhole(reader, documents, 0);
                }
            }
        }
    }

    private static void expectWhole(StoredFieldsReader stored, int documents) throws IOException {
        for (int id = 0; id < documents; id++) {
            assertEquals(
                    whole(id), stored.document(id).getBinaryValue("_source").utf8ToString());
        }
    }

    private static String codecOf(DirectoryReader reader) {
        LeafReader leaf = reader.leaves().get(0).reader();
        return ((SegmentReader) leaf).getSegmentInfo().info.getCodec().getName();
    }

    public void testMergesDoNotRestoreVectors() throws IOException {
        try (Directory directory = newDirectory()) {
            IndexWriterConfig config = config(new IndexWriterConfig()); // its merge policy does not wrap readers
            try (IndexWriter writer = new IndexWriter(directory, config)) {
                index(writer, 100);
                writer.forceMerge(1);
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                CodecReader leaf = (CodecReader) reader.leaves().get(0).reader();
                StoredFieldsReader stored = ((JoinedSourceReader) leaf.getFieldsReader()).delegate();
                for (int doc = 0; doc < leaf.maxDoc(); doc++) {
                    Document found = stored.document(doc);
                    boolean hasVector = Integer.parseInt(found.get("id")) % 4 != 3;
                    BytesRef source = found.getBinaryValue("_source");
                    assertEquals(hasVector, SplitSource.isSplit(source.bytes));
                    assertTrue("bytes: " + source.length, source.length < 40);
                }
            }
        }
    }

    /** Lucene's codec does not know split documents: it writes the restored documents that it reads. */
    public void testSegmentsMergedByAnotherCodecAreWhole() throws IOException {
        int documents = 20 + random().nextInt(20);
        try (Directory directory = newDirectory()) {
            IndexWriterConfig config = new IndexWriterConfig().setCodec(codec());
            try (IndexWriter writer = new IndexWriter(directory, config)) {
                index(writer, documents);
            }
            try (IndexWriter writer =
                    new IndexWriter(directory, new IndexWriterConfig().setCodec(new Lucene104Codec()))) {
                writer.addDocument(document(3));
                writer.forceMerge(1);
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                assertEquals("Lucene104", codecOf(reader));
                expectWhole(reader, documents + 1, 0);
            }
        }
    }

    public void testNameIsFrozenAndFoundByServiceLoader() {
        assertEquals("EmbeddingSearchSource104", SplitSourceCodec.NAME);
        assertEquals(
                SplitSourceCodec.class,
                Codec.forName("EmbeddingSearchSource104").getClass());
    }

    public void testOtherCodecsAreRefused() {
        Exception e = expectThrows(IllegalArgumentException.class, () -> new SplitSourceCodec(codec()));
        assertEquals(
                "documents are stored without vectors by codec [Lucene104] only, got [EmbeddingSearchSource104]",
                e.getMessage());
    }

    /** 40 documents in two segments, the sixth of them deleted. */
    public void testSegmentsOfLucene104() throws IOException {
        try (Directory directory = UpgradeTests.unpack("index.EmbeddingSearchSource104.zip")) {
            TestUtil.checkIndex(directory);
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                assertEquals(2, reader.leaves().size());
                expectWhole(reader, 40, 1);
            }
            try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig().setCodec(codec()))) {
                writer.forceMerge(1);
            }
            TestUtil.checkIndex(directory);
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                assertEquals(1, reader.leaves().size());
                expectWhole(reader, 40, 1);
            }
        }
    }
}
