/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.analysis;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.miscellaneous.SetKeywordMarkerFilter;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.KeywordAttribute;
import org.apache.lucene.tests.analysis.BaseTokenStreamTestCase;
import org.apache.lucene.tests.analysis.MockTokenizer;
import org.apache.lucene.tests.util.TestUtil;

public class CodeIdentifierFilterTests extends BaseTokenStreamTestCase {

    private static final IdentifierSplitting PARTS = new IdentifierSplitting(Originals.NONE, true, true);

    private static Analyzer analyzer(IdentifierSplitting splitting, String... keywords) {
        return new Analyzer() {
            @Override
            protected TokenStreamComponents createComponents(String fieldName) {
                Tokenizer tokenizer = new MockTokenizer(MockTokenizer.WHITESPACE, false);
                CharArraySet marked = new CharArraySet(List.of(keywords), false);
                TokenStream stream = new SetKeywordMarkerFilter(tokenizer, marked);
                return new TokenStreamComponents(tokenizer, new CodeIdentifierFilter(stream, splitting));
            }
        };
    }

    /** Originals end where their last part does, at the position of the first: offsets are not those of a graph. */
    private static void assertTerms(Analyzer analyzer, String text, String[] terms, int[]... offsetsAndIncrements)
            throws IOException {
        int[][] expected = Arrays.copyOf(offsetsAndIncrements, 3);
        assertAnalyzesTo(analyzer, text, terms, expected[0], expected[1], null, expected[2], null, false);
    }

    private static void assertParts(String identifier, String... parts) throws IOException {
        assertAnalyzesTo(analyzer(PARTS), identifier, parts);
    }

    public void testWordsOfEveryConvention() throws IOException {
        assertParts("camelCase", "camel", "Case");
        assertParts("PascalCase", "Pascal", "Case");
        assertParts("snake_case", "snake", "case");
        assertParts("SCREAMING_CASE", "SCREAMING", "CASE");
        assertParts("kebab-case", "kebab", "case");
        assertParts("java.util.ArrayList", "java", "util", "Array", "List");
        assertParts("std::unique_ptr", "std", "unique", "ptr");
        assertParts("__init__", "init");
        assertParts("word", "word");
        assertParts("WORD", "WORD");
        assertParts("Word", "Word");
    }

    public void testAcronyms() throws IOException {
        assertParts("parseHTTPResponse", "parse", "HTTP", "Response");
        assertParts("HTMLParser", "HTML", "Parser");
        assertParts("getURL", "get", "URL");
        assertParts("aB", "a", "B");
        assertParts("ABc", "A", "Bc");
        assertParts("IOException", "IO", "Exception");
    }

    public void testPluralsOfAcronyms() throws IOException {
        assertParts("parseURLs", "parse", "URLs");
        assertParts("IDsToNames", "IDs", "To", "Names");
        assertParts("HTTPserver", "HTT", "Pserver");
        assertParts("HTTPServer", "HTTP", "Server");
    }

    public void testDigits() throws IOException {
        assertParts("utf8", "utf", "8");
        assertParts("Base64Encoder", "Base", "64", "Encoder");
        assertParts("str2int", "str", "2", "int");
        assertParts("64bit", "64", "bit");
        assertParts("3D", "3", "D");
        assertParts("2024", "2024");
    }

    public void testLiteralsAndHashesStayWhole() throws IOException {
        assertParts("0x1F", "0x1F");
        assertParts("0XFF", "0XFF");
        assertParts("1e10", "1e10");
        assertParts("9f86d081", "9f86d081");
        assertParts("d4f1a2b3c", "d4f1a2b3c");
    }

    public void testOtherScripts() throws IOException {
        assertParts("größeÄndern", "größe", "Ändern");
        assertParts("μήκοςΛίστας", "μήκος", "Λίστας");
        assertParts("e\u0301te\u0301E\u0301toile", "e\u0301te\u0301", "E\u0301toile");
        assertParts("𝒳𝓎", "𝒳𝓎");
    }

    public void testOriginalsShareThePositionOfTheirFirstPart() throws IOException {
        assertTerms(
                analyzer(IdentifierSplitting.DEFAULT),
                "x decodeBase64String y",
                new String[] {"x", "decodeBase64String", "decode", "Base64", "Base", "64", "String", "y"},
                new int[] {0, 2, 2, 8, 8, 12, 14, 21},
                new int[] {1, 20, 8, 14, 12, 14, 20, 22},
                new int[] {1, 1, 0, 1, 0, 1, 1, 1});
        assertTerms(
                analyzer(IdentifierSplitting.DEFAULT),
                "_utf8 utf8 __init__",
                new String[] {"_utf8", "utf8", "utf", "8", "utf8", "utf", "8", "__init__", "init"},
                new int[] {0, 1, 1, 4, 6, 6, 9, 11, 13},
                new int[] {5, 5, 4, 5, 10, 9, 10, 19, 17},
                new int[] {1, 0, 0, 1, 1, 0, 1, 1, 0});
    }

    public void testOriginalsApart() throws IOException {
        assertAnalyzesTo(
                analyzer(new IdentifierSplitting(Originals.APART, true, true)),
                "x getUtf8 y",
                new String[] {"x", "getUtf8", "get", "Utf8", "Utf", "8", "y"},
                new int[] {1, 1, 1, 1, 1, 1, 1});
    }

    public void testSplitsOnlyWhereAsked() throws IOException {
        IdentifierSplitting noCase = new IdentifierSplitting(Originals.NONE, false, true);
        assertAnalyzesTo(analyzer(noCase), "parseUTF8_text", new String[] {"parseUTF", "8", "text"});
        IdentifierSplitting noNumerics = new IdentifierSplitting(Originals.OVERLAP, true, false);
        assertTerms(analyzer(noNumerics), "parseUtf8", new String[] {"parseUtf8", "parse", "Utf8"});
    }

    public void testTokensWithoutPartsStayAsTheyAre() throws IOException {
        for (Originals originals : Originals.values()) {
            IdentifierSplitting splitting = new IdentifierSplitting(originals, true, true);
            assertAnalyzesTo(analyzer(splitting), "a == _ \u0301", new String[] {"a", "==", "_", "\u0301"});
        }
    }

    public void testKeywordsAreNotSplit() throws IOException {
        assertAnalyzesTo(
                analyzer(PARTS, "getName"), "getName setName", new String[] {"getName", "set", "Name"}, new int[] {
                    1, 1, 1
                });
    }

    public void testWhatHasPartsIsMarkedAsKeyword() throws IOException {
        try (Analyzer analyzer = analyzer(IdentifierSplitting.DEFAULT);
                TokenStream stream = analyzer.tokenStream("f", "sortedUtf8 keys")) {
            CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
            KeywordAttribute keyword = stream.addAttribute(KeywordAttribute.class);
            StringBuilder seen = new StringBuilder();
            stream.reset();
            while (stream.incrementToken()) {
                seen.append(term).append(keyword.isKeyword() ? "! " : " ");
            }
            stream.end();
            assertEquals("sortedUtf8! sorted Utf8! Utf 8 keys ", seen.toString());
        }
    }

    public void testPartsHoldEveryLetterAndDigitOnce() {
        IdentifierParts parts = new IdentifierParts(PARTS);
        for (int round = atLeast(2000); round > 0; round--) {
            String text = randomIdentifier();
            parts.split(text.toCharArray(), text.length());
            if (parts.count() == 0) {
                continue; // stays as it is
            }
            StringBuilder joined = new StringBuilder();
            int before = 0;
            for (int i = 0; i < parts.count(); i++) {
                assertTrue(text, before <= parts.start(i) && parts.start(i) < parts.end(i));
                before = parts.end(i);
                joined.append(text, parts.start(i), parts.end(i));
            }
            assertEquals(text.replaceAll("[^\\p{L}\\p{Nd}\\p{Nl}]", ""), joined.toString());
        }
    }

    private static String randomIdentifier() {
        if (random().nextInt(4) == 0) {
            return TestUtil.randomRealisticUnicodeString(random(), 1, 20).replaceAll("\\p{M}", "");
        }
        StringBuilder text = new StringBuilder();
        for (int i = 1 + random().nextInt(20); i > 0; i--) {
            text.append("abcsXYZ019_-.é".charAt(random().nextInt(14)));
        }
        return text.toString();
    }

    public void testRandomTexts() throws Exception {
        for (Originals originals : Originals.values()) {
            IdentifierSplitting splitting =
                    new IdentifierSplitting(originals, random().nextBoolean(), random().nextBoolean());
            try (Analyzer analyzer = analyzer(splitting)) {
                // Originals end where their last part does, at the position of the first: no graph.
                checkRandomData(random(), analyzer, 100 * RANDOM_MULTIPLIER, 20, false, false);
                checkRandomData(random(), analyzer, 5 * RANDOM_MULTIPLIER, 8192, false, false);
            }
        }
    }
}
