/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.List;
import org.junit.Test;

public class LongBodiesTests {

    private final Splitter splitter = new Splitter(400);

    private static String statements(int count, String indent) {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < count; i++) {
            body.append(indent).append("if (number == ").append(i).append(") {\n");
            body.append(indent).append("    return call(number,\n");
            body.append(indent).append("            ").append(i).append(");\n");
            body.append(indent).append("}\n");
        }
        return body.toString();
    }

    @Test
    public void testLongMethodIsCutBetweenStatements() {
        String source = "class A {\n    int find(int number) {\n" + statements(20, "        ") + "    }\n}\n";
        List<Piece> parts = splitter.split(Language.JAVA, "A.java", source).stream()
                .filter(piece -> piece.declaration().kind() == Kind.METHOD)
                .toList();
        assertTrue("parts: " + parts.size(), parts.size() > 3);
        for (Piece part : parts.subList(1, parts.size())) {
            assertTrue(part.code(), part.code().stripLeading().startsWith("if (number == "));
            assertEquals("find", part.declaration().symbol());
        }
        for (int i = 1; i < parts.size(); i++) {
            assertEquals(i + 1, parts.get(i).part());
            assertEquals(parts.get(i - 1).endLine() + 1, parts.get(i).startLine());
        }
    }

    @Test
    public void testFunctionsInsideALongOneArePieces() {
        String source = "(function (root) {\n  function outer() {\n    function inner() { return 1; }\n"
                + statements(10, "    ") + "  }\n})(this);\n";
        List<String> functions = splitter.split(Language.JAVASCRIPT, "a.js", source).stream()
                .filter(piece -> piece.declaration().kind() == Kind.FUNCTION && piece.part() == 1)
                .map(piece -> piece.declaration().container() + "/"
                        + piece.declaration().symbol())
                .toList();
        assertEquals(List.of("/outer", "outer/inner"), functions);
    }

    @Test
    public void testLineOfDataIsCutWhereItMust() {
        String source = "var data = [" + "1234567,".repeat(200) + "]\n";
        List<Piece> pieces = splitter.split(Language.JAVASCRIPT, "data.js", source);
        assertTrue(pieces.size() > 3);
        StringBuilder whole = new StringBuilder();
        pieces.forEach(piece -> whole.append(piece.code()));
        assertEquals(source.strip(), whole.toString());
    }

    @Test
    public void testTextTooLargeForATreeIsCutByItsLines() {
        StringBuilder source = new StringBuilder("class A {\n");
        for (int i = 0; i < 60_000; i++) {
            source.append("    int method").append(i).append("() { return 0; }\n");
        }
        source.append("}\n");
        List<Piece> pieces = splitter.split(Language.JAVA, "A.java", source.toString());
        assertEquals(Kind.TYPE, pieces.getFirst().declaration().kind());
        assertEquals(60_002, pieces.getLast().endLine());
    }

    @Test
    public void testTooSmallALimitIsRefused() {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> new Splitter(99));
        assertEquals("a piece has at least 100 characters, got a limit of [99]", refused.getMessage());
    }
}
