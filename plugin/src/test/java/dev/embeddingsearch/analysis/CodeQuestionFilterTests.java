/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.analysis;

import java.io.IOException;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.tests.analysis.BaseTokenStreamTestCase;
import org.apache.lucene.tests.analysis.MockTokenizer;

public class CodeQuestionFilterTests extends BaseTokenStreamTestCase {

    private static Analyzer analyzer(List<String> words) {
        return new Analyzer() {
            @Override
            protected TokenStreamComponents createComponents(String fieldName) {
                Tokenizer tokenizer = new MockTokenizer(MockTokenizer.WHITESPACE, false);
                TokenStream stream = new CodeQuestionFilter(tokenizer, new CharArraySet(words, true));
                return new TokenStreamComponents(tokenizer, stream);
            }
        };
    }

    private static void assertKept(String question, String... words) throws IOException {
        assertAnalyzesTo(analyzer(CodeQuestionFilter.DEFAULT_WORDS), question, words);
    }

    public void testLanguageIsLeftOut() throws IOException {
        assertKept("python sort dict", "sort", "dict");
        assertKept("sort dict Python", "sort", "dict");
        assertKept("how to sort a dict in python", "sort", "dict", "in");
        assertKept("sort JavaScript array", "sort", "array");
    }

    public void testKeywordsAndOrdinaryWordsStay() throws IOException {
        assertKept("go to next for if not in this", "go", "next", "for", "if", "not", "in", "this");
        assertKept("to_string pythonPath", "to_string", "pythonPath");
    }

    public void testNotAllIsLeftOut() throws IOException {
        assertKept("python", "python");
        assertKept("Python to Java", "Python", "to", "Java");
        assertKept("");
    }

    public void testPositionsStay() throws IOException {
        assertAnalyzesTo(
                analyzer(List.of("of", "the")),
                "the length of the list",
                new String[] {"length", "list"},
                new int[] {4, 18},
                new int[] {10, 22},
                new int[] {2, 3});
        assertAnalyzesTo(
                analyzer(List.of("of", "the")),
                "of the",
                new String[] {"of", "the"},
                new int[] {0, 3},
                new int[] {2, 6},
                new int[] {1, 1});
    }

    public void testPositionsCountToTheEnd() throws IOException {
        try (Analyzer analyzer = analyzer(List.of("of", "the"));
                TokenStream stream = analyzer.tokenStream("f", "length of the")) {
            assertTokenStreamContents(
                    stream,
                    new String[] {"length"},
                    new int[] {0},
                    new int[] {6},
                    null,
                    new int[] {1},
                    null,
                    13,
                    2,
                    null,
                    false,
                    null);
        }
    }

    public void testRandomTexts() throws Exception {
        try (Analyzer analyzer = analyzer(List.of("a", "b", "c", "d", "e"))) {
            checkRandomData(random(), analyzer, 200 * RANDOM_MULTIPLIER);
        }
    }
}
