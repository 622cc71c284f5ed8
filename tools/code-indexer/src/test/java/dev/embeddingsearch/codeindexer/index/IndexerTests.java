/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.index;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embeddingsearch.codeindexer.rest.Cluster;
import dev.embeddingsearch.codeindexer.rest.IndexerException;
import dev.embeddingsearch.codeindexer.split.Splitter;
import dev.embeddingsearch.codeindexer.walk.Reader;
import dev.embeddingsearch.codeindexer.walk.Skipped;
import dev.embeddingsearch.codeindexer.walk.Walker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class IndexerTests {

    @Rule
    public final TemporaryFolder temporary = new TemporaryFolder();

    @Rule
    public final FakeCluster fake = new FakeCluster();

    private Path root;
    private Cluster cluster;
    private Tally tally;

    @Before
    public void writeSources() throws IOException {
        root = temporary.getRoot().toPath().toRealPath();
        cluster = new Cluster(fake.uri(), "");
        write("Shop.java", "class Shop {\n    int open() { return 1; }\n    int close() { return 2; }\n}\n");
        write("tax.py", "def tax(x):\n    return x\n\ndef net(x):\n    return x\n");
    }

    @After
    public void close() {
        cluster.close();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(root.resolve(name), text);
    }

    private Corpus corpus(Skipped skipped) throws IOException {
        return new Corpus(
                new Walker(root, List.of(), skipped).files(),
                new Reader(Reader.DEFAULT_MOST_BYTES, false, skipped),
                new Splitter(Splitter.DEFAULT_LIMIT),
                "repo",
                2);
    }

    private Indexer indexer(Skipped skipped) {
        tally = new Tally();
        return new Indexer(new CodeIndex(cluster, "code"), new Revision("repo", "c0ffee"), skipped, tally);
    }

    private void run() throws IOException {
        Skipped skipped = new Skipped();
        indexer(skipped).run(corpus(skipped), new Sending(cluster, "", 2, 2), () -> {});
    }

    private List<String> symbols() {
        return fake.documents().values().stream()
                .map(document -> document.get("kind").asText() + " "
                        + document.path("symbol").asText())
                .sorted()
                .toList();
    }

    @Test
    public void testFirstRunSendsEveryPiece() throws IOException {
        run();
        assertEquals(Collections.nCopies(5, "index"), fake.actions());
        assertEquals(List.of("function net", "function tax", "method close", "method open", "type Shop"), symbols());
        JsonNode open = fake.documents().values().stream()
                .filter(document -> document.get("symbol").asText().equals("open"))
                .findFirst()
                .orElseThrow();
        assertEquals("Shop.java", open.get("path").asText());
        assertEquals("java", open.get("language").asText());
        assertEquals("Shop", open.get("container").asText());
        assertEquals("int open()", open.get("signature").asText());
        assertEquals("int open() { return 1; }", open.get("code").asText());
        assertEquals(2, open.get("start_line").asInt());
        assertEquals("repo", open.get("repository").asText());
        assertEquals("c0ffee", open.get("commit").asText());
        assertEquals(
                "embedding",
                fake.definition().at("/mappings/properties/meaning/type").asText());
    }

    @Test
    public void testSecondRunSendsNothing() throws IOException {
        run();
        fake.actions();
        run();
        assertEquals(List.of(), fake.actions());
        assertEquals(5, tally.unchanged());
    }

    @Test
    public void testOnlyTheChangedFunctionIsSent() throws IOException {
        run();
        fake.actions();
        write("tax.py", "def tax(x):\n    return x\n\ndef net(x):\n    return 2 * x\n");
        run();
        assertEquals(List.of("delete", "index"), fake.actions());
        assertEquals(5, fake.documents().size());
    }

    @Test
    public void testTextThatMovesChangesItsLinesAlone() throws IOException {
        run();
        fake.actions();
        write("tax.py", "\n\ndef tax(x):\n    return x\n\ndef net(x):\n    return x\n");
        run();
        assertEquals(List.of("update", "update"), fake.actions());
        assertEquals(2, tally.movedCount());
        List<Integer> lines = fake.documents().values().stream()
                .filter(document -> document.get("path").asText().equals("tax.py"))
                .map(document -> document.get("start_line").asInt())
                .sorted()
                .toList();
        assertEquals(List.of(3, 6), lines);
    }

    @Test
    public void testCellsOfNotebooksHaveNumbers() throws IOException {
        Files.delete(root.resolve("Shop.java"));
        Files.delete(root.resolve("tax.py"));
        String code =
                "{\"cell_type\":\"code\",\"source\":[\"%matplotlib inline\\n\",\"def plot(x):\\n\",\"    return x\"]}";
        write("a.ipynb", "{\"cells\":[{\"cell_type\":\"markdown\",\"source\":\"words\"}," + code + "]}");
        run();
        JsonNode plot = fake.documents().values().stream()
                .filter(document -> document.get("symbol").asText().equals("plot"))
                .findFirst()
                .orElseThrow();
        assertEquals(2, plot.get("cell").asInt());
        assertEquals(2, plot.get("start_line").asInt());
        assertEquals("python", plot.get("language").asText());
        fake.actions();
        run();
        assertEquals(List.of(), fake.actions());
        // A cell above it moves it, and changes nothing that was embedded.
        write("a.ipynb", "{\"cells\":[{\"cell_type\":\"raw\"},{\"cell_type\":\"raw\"}," + code + "]}");
        run();
        assertEquals(List.of("update", "update"), fake.actions());
    }

    @Test
    public void testIndexOfTheVersionBeforeGetsWhatItLacks() throws IOException {
        ObjectNode definition = (ObjectNode) CodeIndex.definition("");
        ((ObjectNode) definition.at("/mappings/properties")).remove("cell");
        cluster.require("PUT", "code", definition.toString());
        run();
        assertEquals(
                "integer",
                fake.definition().at("/mappings/properties/cell/type").asText());
    }

    @Test
    public void testDeletedFilesLeaveTheIndex() throws IOException {
        run();
        fake.actions();
        Files.delete(root.resolve("Shop.java"));
        run();
        assertEquals(Collections.nCopies(3, "delete"), fake.actions());
        assertEquals(List.of("function net", "function tax"), symbols());
    }

    @Test
    public void testFilesThatCannotBeReadKeepTheirDocuments() throws IOException {
        run();
        fake.actions();
        Skipped skipped = new Skipped();
        Corpus corpus = corpus(skipped);
        Files.delete(root.resolve("tax.py"));
        Files.createDirectory(root.resolve("tax.py"));
        indexer(skipped).run(corpus, new Sending(cluster, "", 2, 2), () -> {});
        assertEquals(List.of(), fake.actions());
    }

    @Test
    public void testSameTextTwiceMakesTwoDocuments() throws IOException {
        write("twice.py", "def f():\n    pass\n\ndef f():\n    pass\n");
        run();
        assertEquals(7, fake.documents().size());
        fake.actions();
        run();
        assertEquals(List.of(), fake.actions());
    }

    @Test
    public void testWhatTheClusterHasNoRoomForIsSentAgain() throws IOException {
        fake.answerRequests(429, 503);
        fake.answerItems(429, 503, 429);
        run();
        assertEquals(5, fake.documents().size());
        assertEquals(0, tally.failedCount());
        assertTrue("sent again: " + tally.retriedCount(), tally.retriedCount() >= 5);
    }

    @Test
    public void testRefusedDocumentsAreReportedAndTheOthersIndexed() throws IOException {
        fake.answerItems(400);
        run();
        assertEquals(4, fake.documents().size());
        assertEquals(1, tally.failedCount());
        assertThat(tally.reasons().getFirst(), containsString("refused with 400"));
        fake.actions();
        run();
        assertEquals(List.of("index"), fake.actions());
    }

    @Test
    public void testNothingIsRemovedAfterARunThatBreaksOff() throws IOException {
        run();
        fake.actions();
        Files.delete(root.resolve("Shop.java"));
        write("tax.py", "def tax(x):\n    return 3 * x\n");
        write("more.py", "def a():\n    pass\n\ndef b():\n    pass\n\ndef c():\n    pass\n");
        fake.answerRequests(401, 401, 401, 401, 401, 401);
        IndexerException failure = assertThrows(IndexerException.class, this::run);
        assertEquals("OpenSearch refused a bulk request (401): no room", failure.getMessage());
        assertEquals(5, fake.documents().size());
    }

    @Test
    public void testIndexOfAnotherKindIsRefused() throws IOException {
        cluster.require("PUT", "code", "{\"mappings\":{\"properties\":{\"a\":{\"type\":\"text\"}}}}");
        IndexerException refused = assertThrows(IndexerException.class, this::run);
        assertEquals("index [code] was not made by this tool: name another one, or delete it", refused.getMessage());
    }

    @Test
    public void testEstimateCountsWhatIsMissing() throws IOException {
        Skipped skipped = new Skipped();
        Estimate all = indexer(skipped).estimate(corpus(skipped), () -> {});
        assertEquals(5, all.documents());
        assertTrue("tokens: " + all.tokens(), all.tokens() > 60 && all.tokens() < 140);
        assertEquals(all.tokens() * 0.13 / 1e6, all.cost(0.13), 1e-12);
        assertEquals(Map.of(), fake.documents());
        run();
        assertEquals(0, indexer(skipped).estimate(corpus(skipped), () -> {}).documents());
    }

    @Test
    public void testEstimateNeedsNoCluster() throws IOException {
        fake.after();
        Skipped skipped = new Skipped();
        Estimate estimate = indexer(skipped).estimate(corpus(skipped), () -> {});
        assertEquals(5, estimate.documents());
        assertEquals(false, estimate.compared());
    }
}
