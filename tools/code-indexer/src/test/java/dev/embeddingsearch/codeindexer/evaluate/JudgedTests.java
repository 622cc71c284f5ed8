/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.evaluate;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import dev.embeddingsearch.codeindexer.search.Found;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class JudgedTests {

    private static final Found PUSH = new Found("Stack.java", "Stack.push", "push", "method");
    private static final Found POP = new Found("Stack.java", "Stack.pop", "pop", "method");
    private static final Found ELSEWHERE = new Found("Heap.java", "Stack.pop", "pop", "method");

    @Rule
    public final TemporaryFolder temporary = new TemporaryFolder();

    private Path file(String text) throws IOException {
        return Files.writeString(temporary.newFile().toPath(), text);
    }

    @Test
    public void testQuestionsHaveOneAnswerOrMore() throws IOException {
        assertEquals(
                List.of(
                        new Judged("take the newest", Set.of("Stack.java#Stack.pop")),
                        new Judged("add tax", Set.of("a.py#tax", "b.py#B.tax"))),
                Judged.read(file("take the newest\tStack.java#Stack.pop\nadd tax\ta.py#tax\tb.py#B.tax\n")));
    }

    @Test
    public void testOtherLinesAreRefusedWithTheirNumber() throws IOException {
        for (String line : List.of("no answer", "no name\ta.py", "no name\ta.py#", "no path\t#f", "\ta.py#f")) {
            Path file = file("fine\ta.py#f\n" + line + "\n");
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Judged.read(file));
            assertEquals(
                    file + ", line 2: expected a question, a tab, and an answer like src/a.py#Container.name, got ["
                            + line + "]",
                    e.getMessage());
        }
        Path empty = file("");
        assertEquals(
                empty + " has no question",
                assertThrows(IllegalArgumentException.class, () -> Judged.read(empty))
                        .getMessage());
    }

    @Test
    public void testRankIsThatOfTheFirstRightHit() {
        Judged judged = new Judged("take", Set.of("Stack.java#Stack.pop", "Stack.java#Stack.poll"));
        assertEquals(3, judged.rank(List.of(PUSH, ELSEWHERE, POP, POP)));
        assertEquals(0, judged.rank(List.of(PUSH, ELSEWHERE)));
    }

    @Test
    public void testQuestionsAboutRealProjectsAreWhole() throws IOException, URISyntaxException {
        for (String project : List.of("commons-lang3-3.20.0", "werkzeug-2.2.2")) {
            Path file = Path.of(getClass().getResource(project + ".tsv").toURI());
            assertEquals(20, Judged.read(file).size());
        }
    }
}
