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
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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

    private void write(String path, String text) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** Kind, container and symbol of all declarations in the index. */
    private Set<String> declarations() {
        Set<String> names = new TreeSet<>();
        JsonNode hits = http.get("code/_search?size=1000&q=NOT%20kind:file&_source=kind,container,symbol")
                .expect(200)
                .at("/hits/hits");
        for (JsonNode hit : hits) {
            JsonNode source = hit.get("_source");
            names.add(
                    source.get("kind").asText() + " " + source.path("container").asText() + "/"
                            + source.get("symbol").asText());
        }
        return names;
    }

    @Test
    public void testNamesThatAreHardToReadAreFoundFirst() throws IOException {
        write("widget.cpp", """
                QT_BEGIN_NAMESPACE
                class Q_CORE_EXPORT Widget : public QObject {
                    Q_OBJECT
                public:
                    int height() const { return 1; }
                };
                class Q_CORE_EXPORT Button : public Widget {
                    int label() { return 2; }
                };
                UCLASS(Blueprintable)
                class Hero { int health() { return 3; } };
                bool Widget::operator<=(const Widget& o) const { return 1; }
                int get_operator() { return 1; }
                """);
        write("version.rb", """
                class Version
                  def <=>(other)
                    1
                  end
                  def [](index)
                    2
                  end
                end
                """);
        write("money.cs", "class Money { public static Money operator +(Money a) => a; }");
        write("ui/Panel.tsx", """
                const Input = React.forwardRef<A, B>((props, ref) => <input ref={ref} />);
                export const Label = React.memo(function Inner() { return <b/>; });
                export default () => <i/>;
                """);
        write("shop.d.ts", "declare function quote(a: string): void;\ndeclare function quote(a: number): void;\n");
        write("Counter.vue", "<template>\n  <b/>\n</template>\n<script>\nfunction increment() {}\n</script>\n");
        write("Clock.svelte", "<b/>\n<script>\nfunction tick() {}\n</script>\n");
        write("add.cu", "__global__ void add(int *a) { *a = 1; }\nvoid start() { add<<<1, 2>>>(a); }\n");
        write("fast.pyx", "cdef int square(int x):\n    return x * x\n");
        write("deploy", "#!/usr/bin/env bash\nrollout() {\n  true\n}\n");
        write("Check.kt", "fun interface Check { fun test(x: Int): Boolean }\n");
        write("plan.ipynb", """
                {"cells": [{"cell_type": "markdown", "source": "words"},
                  {"cell_type": "code", "source": ["%matplotlib inline\\n", "def simulate(n):\\n", "    return n\\n"]}]}
                """);
        index();
        assertEquals(
                new TreeSet<>(Set.of(
                        "type /Widget",
                        "method Widget/height",
                        "type /Button",
                        "method Button/label",
                        "type /Hero",
                        "method Hero/health",
                        "method Widget/operator<=",
                        "function /get_operator",
                        "type /Version",
                        "method Version/<=>",
                        "method Version/[]",
                        "type /Money",
                        "method Money/operator+",
                        "function /Input",
                        "function /Label",
                        "function /Panel",
                        "function /quote",
                        "function /increment",
                        "function /tick",
                        "function /add",
                        "function /start",
                        "function /square",
                        "function /rollout",
                        "type /Check",
                        "method Check/test",
                        "function /simulate",
                        "function /with_tax",
                        "function /round_up",
                        "type /Stack",
                        "method Stack/push",
                        "method Stack/pop")),
                declarations());
        String told =
                IndexerRun.of("evaluate", "--names", "--url", url()).expect(0).output();
        for (String row : List.of("functions and methods \\| 24", "the same, .* \\| 10", "types \\| 7")) {
            assertTrue(told, told.lines().anyMatch(line -> line.matches("\\| " + row + " .* \\(1\\.000\\) \\|")));
        }
        assertThat(search("simulate", "--size", "1"), startsWith("plan.ipynb:cell 2:2  function simulate"));
        assertThat(search("increment", "--size", "1"), startsWith("Counter.vue:5  function increment"));
        assertThat(search("Version#<=>", "--size", "1"), startsWith("version.rb:2  method Version.<=>"));
        assertThat(search("+", "--size", "1"), containsString("method Money.operator+"));
    }

    @Test
    public void testWhatGitIgnoresAndWhatToolsMadeIsNotSent() throws IOException {
        write("made.go", "// Code generated by stringer; DO NOT EDIT.\n\npackage a\n\nfunc Made() {}\n");
        write("rules.py", "# Do not edit them without asking.\ndef rules():\n    pass\n");
        write(".gitignore", "secret.py\n");
        write("secret.py", "def secret():\n    pass\n");
        write("vendor/lib.py", "def lib():\n    pass\n");
        String told = IndexerRun.of(
                        "index",
                        folder.toString(),
                        "--url",
                        url(),
                        "--verbose",
                        "--exclude",
                        "vendor/",
                        "--exclude",
                        "vender/")
                .expect(0)
                .output();
        assertThat(told, containsString("    made.go: generated"));
        assertThat(told, containsString("    secret.py: ignored by git"));
        assertThat(told, containsString("--exclude [vender/] matched nothing"));
        Set<String> declarations = declarations();
        assertTrue(declarations.toString(), declarations.contains("function /rules"));
        assertEquals(6, declarations.size());
        told = IndexerRun.of("index", folder.toString(), "--url", url(), "--include-generated", "--exclude", "vendor/")
                .expect(0)
                .output();
        assertThat(told, containsString("2 embedded"));
        assertTrue(declarations().contains("function /Made"));
    }

    @Test
    public void testMissingIndexIsSaidInASentence() {
        IndexerRun run = IndexerRun.of("search", "tax", "--index", "nothing", "--url", url())
                .expect(1);
        assertThat(run.output(), containsString("code-indexer: OpenSearch refused POST nothing/_search (404)"));
        assertThat(run.output(), containsString("no such index [nothing]"));
    }
}
