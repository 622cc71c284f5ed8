/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import picocli.CommandLine;

public class CodeIndexerTests {

    // Nothing listens there.
    private static final String NOWHERE = "http://127.0.0.1:1";

    @Rule
    public final TemporaryFolder temporary = new TemporaryFolder();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine command =
                CodeIndexer.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }

    @Test
    public void testTemplateNamesTheModel() throws IOException {
        assertEquals(0, run("template", "--model", "mine"));
        JsonNode definition = new ObjectMapper().readTree(out.toString());
        JsonNode meaning = definition.at("/mappings/properties/meaning");
        assertEquals("mine", meaning.get("model").asText());
        assertEquals("code", meaning.get("input_type").asText());
        assertEquals("code", definition.at("/mappings/properties/code/analyzer").asText());
    }

    @Test
    public void testDryRunWorksWithoutACluster() throws IOException {
        Path folder = temporary.getRoot().toPath();
        Files.writeString(folder.resolve("a.py"), "def f():\n    return 1\n");
        Files.writeString(folder.resolve("b.min.js"), "x");
        assertEquals(0, run("index", folder.toString(), "--repository", "mine", "--dry-run", "--url", NOWHERE));
        assertThat(out.toString(), containsString("mine: 1 files, 1 pieces"));
        assertThat(out.toString(), containsString("1 to embed: "));
        assertThat(out.toString(), containsString("1 minified"));
        assertThat(out.toString(), containsString("no cluster answered: all was counted as new"));
    }

    @Test
    public void testWhatIsWrongIsSaidInASentence() {
        assertEquals(1, run("index", "/no/such/folder"));
        assertEquals(
                "code-indexer: there is no folder [/no/such/folder]",
                err.toString().strip());
    }

    @Test
    public void testFolderWithoutSourcesRemovesNothing() throws IOException {
        assertEquals(1, run("index", temporary.newFolder("empty").toString(), "--url", NOWHERE));
        assertThat(err.toString(), containsString("nothing is indexed and nothing removed"));
    }

    @Test
    public void testSeveralIndicesAndOddAddressesAreRefused() {
        assertEquals(1, run("search", "tax", "--index", "a,b"));
        assertThat(err.toString(), containsString("--index expects the name of one index, got [a,b]"));
        assertEquals(1, run("search", "tax", "--url", "localhost:9200"));
        assertThat(err.toString(), containsString("--url expects an address like http://localhost:9200"));
    }

    @Test
    public void testAbsentClusterIsSaid() {
        assertEquals(1, run("search", "tax", "--url", NOWHERE));
        assertThat(err.toString(), containsString("no answer from OpenSearch at [http://127.0.0.1:1/]"));
    }

    @Test
    public void testEvaluationNeedsSomethingToAsk() throws IOException {
        assertEquals(1, run("evaluate", "--url", NOWHERE));
        assertThat(err.toString(), containsString("evaluate expects a file of questions, or --names"));
        assertEquals(1, run("evaluate", "/no/such.tsv", "--url", NOWHERE));
        assertThat(err.toString(), containsString("cannot read [/no/such.tsv]"));
        Path questions = Files.writeString(temporary.getRoot().toPath().resolve("q.tsv"), "why\n");
        assertEquals(1, run("evaluate", questions.toString(), "--url", NOWHERE));
        assertThat(err.toString(), containsString("q.tsv, line 1: expected a question, a tab, and an answer"));
    }

    @Test
    public void testUnknownOptionsShowTheUsage() {
        assertEquals(CommandLine.ExitCode.USAGE, run("index", ".", "--fast"));
        assertThat(err.toString(), containsString("Unknown option: '--fast'"));
    }
}
