/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.analysis;

import java.io.IOException;
import java.io.StringReader;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.tests.analysis.BaseTokenStreamTestCase;
import org.apache.lucene.tests.util.TestUtil;

public class CodeTokenizerTests extends BaseTokenStreamTestCase {

    private static Analyzer analyzer(boolean operators) {
        return new Analyzer() {
            @Override
            protected TokenStreamComponents createComponents(String fieldName) {
                return new TokenStreamComponents(new CodeTokenizer(operators));
            }
        };
    }

    private static void assertTokens(String text, String... tokens) throws IOException {
        assertAnalyzesTo(analyzer(false), text, tokens);
    }

    public void testIdentifiersWordsAndNumbersAreTokens() throws IOException {
        assertTokens("int maxSize = MAX_SIZE - 0x1F;", "int", "maxSize", "MAX_SIZE", "0x1F");
        assertTokens("def __init__(self, *args):", "def", "__init__", "self", "args");
        assertTokens("\"it's 3.14\"", "it", "s", "3", "14");
    }

    public void testQualifiedAndHyphenatedNamesAreSeveralTokens() throws IOException {
        assertTokens(
                "java.util.List std::vector font-size $scope @Override #include a/b.py",
                "java",
                "util",
                "List",
                "std",
                "vector",
                "font",
                "size",
                "scope",
                "Override",
                "include",
                "a",
                "b",
                "py");
    }

    public void testOperatorsAreTokensOnRequest() throws IOException {
        String text = "a->b += (c == d) ? e : !f[0];";
        assertTokens(text, "a", "b", "c", "d", "e", "f", "0");
        assertAnalyzesTo(
                analyzer(true), text, new String[] {"a", "->", "b", "+=", "c", "==", "d", "?", "e", ":", "!", "f", "0"
                });
        assertAnalyzesTo(analyzer(true), "a-> b", new String[] {"a", "->", "b"}, new String[] {
            "<ALPHANUM>", CodeTokenizer.OPERATOR_TYPE, "<ALPHANUM>"
        });
    }

    public void testIdentifiersOfAllScripts() throws IOException {
        assertTokens("größe_2 = Ελλάδα + मूल्य", "größe_2", "Ελλάδα", "मूल्य");
        assertTokens("e\u0301te\u0301 x", "e\u0301te\u0301", "x");
        assertTokens("a𝒳b \ud800c", "a𝒳b", "c");
        assertTokens("smile😀face", "smile", "face");
    }

    public void testEasternScriptsAreRunsWithTypes() throws IOException {
        assertAnalyzesTo(
                analyzer(false),
                "// 获取userのデータ를",
                new String[] {"获取", "user", "の", "データ", "를"},
                new int[] {3, 5, 9, 10, 13},
                new int[] {5, 9, 10, 13, 14},
                new String[] {"<IDEOGRAPHIC>", "<ALPHANUM>", "<HIRAGANA>", "<KATAKANA>", "<HANGUL>"},
                new int[] {1, 1, 1, 1, 1});
    }

    public void testOffsetsAreThoseOfTheText() throws IOException {
        assertAnalyzesTo(analyzer(false), "  f(x)  ", new String[] {"f", "x"}, new int[] {2, 4}, new int[] {3, 5});
    }

    public void testLongRunsAreCut() throws IOException {
        int length = CodeTokenizer.MAX_LENGTH;
        String run = "a".repeat(length);
        assertTokens(run + "bc", run, "bc");
        String beforePair = "a".repeat(length - 1);
        assertTokens(beforePair + "𝒳𝒳", beforePair + "𝒳", "𝒳");
    }

    public void testLongTextsAreReadInPieces() throws IOException {
        StringBuilder text = new StringBuilder();
        int count = atLeast(3000);
        String[] tokens = new String[count];
        int[] starts = new int[count];
        int[] ends = new int[count];
        for (int i = 0; i < count; i++) {
            tokens[i] = random().nextInt(5) == 0 ? "𝒳𝒳" : TestUtil.randomSimpleString(random(), 1, 8) + "x";
            text.append(" ".repeat(1 + random().nextInt(3)));
            starts[i] = text.length();
            text.append(tokens[i]);
            ends[i] = text.length();
        }
        assertAnalyzesTo(analyzer(false), text.toString(), tokens, starts, ends);
    }

    public void testEndIsThatOfTheText() throws IOException {
        CodeTokenizer tokenizer = new CodeTokenizer(false);
        tokenizer.setReader(new StringReader("a b;  "));
        assertTokenStreamContents(tokenizer, new String[] {"a", "b"}, new int[] {0, 2}, new int[] {1, 3}, 6);
    }

    public void testRandomTexts() throws Exception {
        try (Analyzer analyzer = analyzer(random().nextBoolean())) {
            checkRandomData(random(), analyzer, 200 * RANDOM_MULTIPLIER);
            checkRandomData(random(), analyzer, 5 * RANDOM_MULTIPLIER, 8192);
        }
    }
}
