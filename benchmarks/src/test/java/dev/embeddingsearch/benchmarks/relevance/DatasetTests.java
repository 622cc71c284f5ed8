/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class DatasetTests {

    @Rule
    public final TemporaryFolder temporary = new TemporaryFolder();

    private Path folder;

    @Before
    public void write() throws IOException {
        folder = temporary.newFolder("small").toPath();
        Files.writeString(folder.resolve("corpus.jsonl"), """
                {"_id": "1", "title": "Ice", "text": "Frozen water."}
                {"_id": "2", "text": "f(x)"}
                """);
        Files.writeString(folder.resolve("queries.tsv"), "a\tfrozen\nb\tunjudged\nc\tonly wrong ones\nd\tcode\n");
        Files.writeString(
                folder.resolve("qrels.tsv"), "query-id\tcorpus-id\tscore\na\t1\t2\na\t2\t0\nc\t1\t0\nd\t2\t1\n");
    }

    @Test
    public void testRead() throws IOException {
        Dataset set = Dataset.read(folder);
        assertEquals("small", set.name());
        assertEquals(
                List.of(new Dataset.Document("1", "Ice\nFrozen water."), new Dataset.Document("2", "f(x)")),
                set.documents());
        assertEquals(
                List.of(
                        new Dataset.Query("a", "frozen", Map.of("1", 2, "2", 0)),
                        new Dataset.Query("d", "code", Map.of("2", 1))),
                set.queries());
    }

    @Test
    public void testSampleIsRepeatable() throws IOException {
        Dataset set = Dataset.read(folder);
        assertEquals(1, set.sample(1).queries().size());
        assertEquals(set.sample(1), set.sample(1));
        assertEquals(2, set.sample(10).queries().size());
    }

    @Test
    public void testMissingFile() throws IOException {
        Files.delete(folder.resolve("qrels.tsv"));
        SetupException e = assertThrows(SetupException.class, () -> Dataset.read(folder));
        assertEquals(
                "A data set is a folder with corpus.jsonl, queries.tsv and qrels.tsv; [" + folder
                        + "] has no qrels.tsv.",
                e.getMessage());
    }

    @Test
    public void testBrokenLine() throws IOException {
        Path queries = folder.resolve("queries.tsv");
        Files.writeString(queries, "a frozen\n");
        SetupException e = assertThrows(SetupException.class, () -> Dataset.read(folder));
        assertEquals(queries + " expects 2 cells a line, between tabs; got [a frozen].", e.getMessage());
    }
}
