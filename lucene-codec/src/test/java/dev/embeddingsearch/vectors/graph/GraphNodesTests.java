/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;

/** Which segments store {@link GraphNodes}, and how merges reuse graphs with duplicate vectors. */
public class GraphNodesTests extends DuplicateVectorsTestCase {
    /** Without duplicates the files are those of release 0.1. */
    public void testNodesAreWrittenOnlyForDuplicates() throws IOException {
        for (int duplicates : new int[] {1, 2}) {
            IndexWriterConfig config = oneFlush(withGraphs(anyQuantization())).setUseCompoundFile(false);
            try (Directory directory = newDirectory();
                    IndexWriter writer = new IndexWriter(directory, config)) {
                for (float[] vector : vectors(duplicates, 1, 1, 1)) {
                    writer.addDocument(doc("a", vector));
                }
                writer.commit();
                assertEquals(
                        duplicates == 2,
                        Arrays.stream(directory.listAll())
                                .anyMatch(name -> name.endsWith("." + GraphNodesFile.EXTENSION)));
                try (DirectoryReader reader = DirectoryReader.open(directory)) {
                    NodeGraphReader fieldReader = NodeGraphReader.of(only(reader), "v");
                    assertEquals(duplicates == 1, fieldReader.nodes("v") == null);
                    assertEquals(4, fieldReader.nodeGraph("v").size());
                }
            }
        }
    }

    public void testMergeReusesGraphsThatShareVectors() throws IOException {
        List<String> messages = new ArrayList<>();
        List<float[]> large = vectors(counts(400, 10, 10));
        List<float[]> small = new ArrayList<>(vectors(counts(200, 0, 0)));
        boolean few = random().nextBoolean();
        small.addAll(new ArrayList<>(new LinkedHashSet<>(large)).subList(0, few ? 50 : 100));
        IndexWriterConfig config = new IndexWriterConfig()
                .setCodec(TestUtil.alwaysKnnVectorsFormat(quantizedWithGraphs(randomQuantization(), 12, 60)))
                .setMergePolicy(new TieredMergePolicy())
                .setInfoStream(new GraphMessages(messages));
        try (Directory directory = newDirectory();
                IndexWriter writer = new IndexWriter(directory, config)) {
            for (List<float[]> segment : List.of(small, large)) {
                for (float[] vector : segment) {
                    writer.addDocument(doc("a", vector));
                }
                writer.flush();
            }
            writer.forceMerge(1);
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                assertNodes(only(reader), 610);
                assertTrue(
                        messages.toString(),
                        messages.stream()
                                .anyMatch(m -> m.startsWith(
                                        "build graph from merging " + (few ? 2 : 1) + " graphs of 610 vectors")));
                assertFinds(reader, large);
            }
        }
    }
}
