/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.startsWith;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A folder's code, indexed and searched from the command line. */
public class CodeIndexerIT {

    @ClassRule
    public static final LocalCluster CLUSTER = new LocalCluster();

    @Rule
    public final TemporaryFolder temporary = new TemporaryFolder();

    private final Http http = CLUSTER.http();
    private Path folder;

    @Before
    public void writeSources() throws IOException {
        http.delete("code?ignore_unavailable=true").expect(200);
        folder = temporary.newFolder("shop").toPath();
        Files.writeString(folder.resolve("prices.py"), """
                def with_tax(price, rate):
                    \"""Adds the value added tax.\"""
                    return price * (1 + rate)


                def round_up(price):
                    return int(price + 0.999)
                """);
        Files.writeString(folder.resolve("Stack.java"), """
                /** Last in, first out. */
                class Stack {
                    private final int[] items = new int[10];
                    private int size;

                    void push(int item) {
                        items[size++] = item;
                    }

                    /** Takes the newest away. */
                    int pop() {
                        return items[--size];
                    }
                }
                """);
    }

    private String url() {
        return CLUSTER.node().uri().toString();
    }

    private IndexerRun index() {
        return IndexerRun.of("index", folder.toString(), "--url", url()).expect(0);
    }

    private String search(String... arguments) {
        String[] command = new String[arguments.length + 3];
        command[0] = "search";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        command[arguments.length + 1] = "--url";
        command[arguments.length + 2] = url();
        return IndexerRun.of(command).expect(0).output();
    }

    /** Texts that came back from the service as vectors since the node started. */
    private long embedded() {
        return http.get("_plugins/_embedding/stats")
                .expect(200)
                .at("/total/models/default/inputs")
                .asLong();
    }

    private int documents() {
        return http.get("code/_count").expect(200).at("/count").asInt();
    }

    @Test
    public void testSecondRunEmbedsOnlyTheChangedFunction() throws IOException {
        long before = embedded();
        assertThat(index().output(), containsString("5 embedded, 0 moved, 0 unchanged, 0 removed"));
        assertEquals(5, documents());
        assertEquals(5, embedded() - before);

        assertThat(index().output(), containsString("0 embedded, 0 moved, 5 unchanged, 0 removed"));
        assertEquals(5, embedded() - before);

        Path prices = folder.resolve("prices.py");
        Files.writeString(prices, Files.readString(prices).replace("(1 + rate)", "(1 + rate / 100)\n"));
        // The function below moves by a line.
        assertThat(index().output(), containsString("1 embedded, 1 moved, 3 unchanged, 1 removed"));
        assertEquals(6, embedded() - before);
        assertEquals(5, documents());
    }

    @Test
    public void testDeletedFileLeavesTheIndex() throws IOException {
        index();
        Files.delete(folder.resolve("Stack.java"));
        long before = embedded();
        assertThat(index().output(), containsString("0 embedded, 0 moved, 2 unchanged, 3 removed"));
        assertEquals(2, documents());
        assertEquals(0, embedded() - before);
    }

    @Test
    public void testSearchFindsByMeaningAndShowsTheLine() {
        index();
        String found = search("takes away the newest", "--size", "1");
        assertThat(found, startsWith("Stack.java:"));
        assertThat(found, containsString("method Stack.pop"));
        assertThat(found, containsString("Takes the newest away"));
        assertThat(search("with_tax", "--size", "1"), startsWith("prices.py:1  function with_tax"));
        assertThat(search("Stack.push", "--size", "1"), containsString("method Stack.push"));
    }

    @Test
    public void testJsonHasBothLegsAndNoVector() throws JsonProcessingException {
        index();
        JsonNode hit = new ObjectMapper()
                .readTree(search("value added tax", "--json", "--language", "python"))
                .get(0);
        assertEquals("with_tax", hit.get("symbol").asText());
        assertEquals("prices.py", hit.get("path").asText());
        assertEquals("Adds the value added tax.", hit.get("docstring").asText());
        assertTrue(hit.at("/scores/lexical/matched").asBoolean());
        assertTrue(hit.at("/scores/vector/normalized").asDouble() > 0);
        assertTrue(hit.path("meaning").isMissingNode());
    }

    @Test
    public void testCodeFindsCode() {
        index();
        String found = search("--code", "func pop() int { n--; return values[n] }", "--size", "1");
        assertThat(found, containsString("method Stack.pop"));
    }

    @Test
    public void testAllOfASearchFindsWhatIsAskedForByName() throws IOException {
        index();
        Path questions = temporary.newFile("questions.tsv").toPath();
        Files.writeString(questions, """
                takes away the newest\tStack.java#Stack.pop
                value added tax\tprices.py#with_tax
                no such thing\tprices.py#never
                """);
        String told = IndexerRun.of("evaluate", questions.toString(), "--names", "--details", "--url", url())
                .expect(0)
                .output();
        assertThat(told, containsString("| 3 questions | first | among 5 | MRR@10 |"));
        assertThat(told, containsString("| search | 0.667 | 0.667 | 0.667 |"));
        assertThat(told, containsString("1  takes away the newest"));
        assertThat(told, containsString("0  no such thing"));
        assertTrue(
                told,
                told.lines().anyMatch(line -> line.matches("\\| functions and methods \\| 4 .* 4 \\(1.000\\) \\|")));
        assertTrue(told, told.lines().anyMatch(line -> line.matches("\\| the same, .* \\| 2 .* 2 \\(1.000\\) \\|")));
        assertTrue(told, told.lines().anyMatch(line -> line.matches("\\| types \\| 1 .* 1 \\(1.000\\) \\|")));
    }

    @Test
    public void testMissingIndexIsSaidInASentence() {
        IndexerRun run = IndexerRun.of("search", "tax", "--index", "nothing", "--url", url())
                .expect(1);
        assertThat(run.output(), containsString("code-indexer: OpenSearch refused POST nothing/_search (404)"));
        assertThat(run.output(), containsString("no such index [nothing]"));
    }
}
