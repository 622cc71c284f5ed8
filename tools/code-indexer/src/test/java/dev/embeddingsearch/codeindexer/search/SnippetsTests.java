/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.search;

import static org.junit.Assert.assertEquals;

import java.util.List;
import org.junit.Test;

public class SnippetsTests {

    private static final String CODE = """
            /** Adds the tax. */
            public double withTax(double price) {
                check(price);
                double rate = table.get(country);
                return price * (1 + rate);
            }""";

    private final Snippets snippets = new Snippets(2);

    private List<Integer> numbers(String code, String question) {
        return numbers(code, question, "");
    }

    private List<Integer> numbers(String code, String question, String docstring) {
        return snippets.of(code, question, Snippets.Declared.of("withTax", docstring), 10).stream()
                .map(SnippetLine::number)
                .toList();
    }

    @Test
    public void testMarkedLinesAreShown() {
        String marked = CODE.replace("table", SnippetLine.START + "table" + SnippetLine.END);
        assertEquals(List.of(13, 14), numbers(marked, "table"));
    }

    @Test
    public void testWithoutMarksLinesLikeTheQuestionAreShown() {
        assertEquals(List.of(13, 14), numbers(CODE, "which rates hold in which countries"));
    }

    @Test
    public void testDocumentationIsLikeAQuestion() {
        assertEquals(List.of(10, 11), numbers(CODE, "adding taxes"));
    }

    @Test
    public void testWithoutAnyLikenessTheDeclarationIsShown() {
        assertEquals(List.of(11, 12), numbers(CODE, "zzz"));
    }

    @Test
    public void testWithoutAnyLikenessTheDocumentationIsShownBeforeTheDeclaration() {
        assertEquals(List.of(10, 11), numbers(CODE, "zzz", "Adds the tax.\n@return a price"));
        String python = "def with_tax(price):\n    x = 1\n    \"\"\"Adds the tax.\"\"\"\n    return price";
        assertEquals(List.of(12, 13), numbers(python, "zzz", "Adds the tax."));
        assertEquals("the rates are like it", List.of(13, 14), numbers(CODE, "which rates", "Adds the tax."));
        assertEquals("documentation of another part", List.of(11, 12), numbers(CODE, "zzz", "Of all parts"));
    }

    @Test
    public void testLinesWithoutNumbersHaveNone() {
        List<SnippetLine> lines = snippets.of(CODE, "zzz", Snippets.Declared.of("withTax", ""), 0);
        assertEquals(0, lines.getFirst().number());
        assertEquals("public double withTax(double price) {", lines.getFirst().text());
    }
}
