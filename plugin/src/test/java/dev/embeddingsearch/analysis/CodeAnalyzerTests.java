/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.analysis;

import java.io.IOException;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.analysis.BaseTokenStreamTestCase;
import org.apache.lucene.tests.index.RandomIndexWriter;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.QueryBuilder;

public class CodeAnalyzerTests extends BaseTokenStreamTestCase {

    private static final Analyzer DOCUMENTS = new CodeAnalyzer(false, IdentifierSplitting.DEFAULT, true, List.of());
    private static final Analyzer QUESTIONS = new CodeAnalyzer(
            false, new IdentifierSplitting(Originals.APART, true, true), true, CodeQuestionFilter.DEFAULT_WORDS);

    /** Originals end where their last part does, at the position of the first: offsets are not those of a graph. */
    private static void assertTerms(Analyzer analyzer, String text, String[] terms, int[] increments)
            throws IOException {
        assertAnalyzesTo(analyzer, text, terms, null, null, null, increments, null, false);
    }

    private static void assertTerms(Analyzer analyzer, String text, String... terms) throws IOException {
        assertTerms(analyzer, text, terms, null);
    }

    public void testCodeAndWhatIsWrittenAboutIt() throws IOException {
        assertAnalyzesTo(
                DOCUMENTS,
                "// Sorts the keys.\nreturn sortedKeys(utf8);",
                new String[] {"sort", "the", "key", "return", "sortedkeys", "sort", "key", "utf8", "utf", "8"},
                new int[] {3, 9, 13, 19, 26, 26, 32, 37, 37, 40},
                new int[] {8, 12, 17, 25, 36, 32, 36, 41, 40, 41},
                null,
                new int[] {1, 1, 1, 1, 1, 0, 1, 1, 0, 1},
                null,
                false);
    }

    public void testNamesOfSeveralWordsAreNotStemmed() throws IOException {
        assertTerms(DOCUMENTS, "getItems", "getitems", "get", "item");
    }

    public void testWordsAreNotStemmedUnlessAsked() throws IOException {
        try (Analyzer unstemmed = new CodeAnalyzer(false, IdentifierSplitting.DEFAULT, false, List.of())) {
            assertTerms(unstemmed, "sorts keys", "sorts", "keys");
        }
    }

    public void testOperatorsAreWordsIfAsked() throws IOException {
        try (Analyzer operators = new CodeAnalyzer(true, IdentifierSplitting.DEFAULT, true, List.of())) {
            assertTerms(operators, "aB != c", "ab", "a", "b", "!=", "c");
        }
    }

    public void testEasternTextIsReadInPairs() throws IOException {
        assertTerms(
                DOCUMENTS,
                "// 配列の要素 getSize ＡＢ ﾃﾞｰﾀ",
                "配列",
                "列の",
                "の要",
                "要素",
                "getsize",
                "get",
                "size",
                "ab",
                "デー",
                "ータ");
    }

    public void testMarksWithoutLetterSplitNoEasternText() throws IOException {
        assertTerms(DOCUMENTS, "ﾞﾃｰﾀ", "\u3099テ", "テー", "ータ");
    }

    public void testQuestionsLeaveOutTheLanguage() throws IOException {
        assertTerms(QUESTIONS, "python sort a dict", "sort", "dict");
        assertTerms(
                QUESTIONS, "JavaScript parseJSON", new String[] {"parsejson", "parse", "json"}, new int[] {2, 1, 1});
    }

    public void testNormalizesPrefixesAndWildcards() {
        assertEquals(new BytesRef("parsehtt"), DOCUMENTS.normalize("f", "parseHTT"));
    }

    public void testPhrasesFindWordsWithinIdentifiers() throws IOException {
        assertPhrases(true, "client.parseHTTPResponse(body)", "http response", "parseHTTPResponse", "client parse");
        assertPhrases(true, "client.parseHTTPResponse(body)", "response body", "parse_http_response", "HttpResponse");
        assertPhrases(true, "decodeBase64String", "base64 string", "base 64 string", "decode base64", "Base64");
        assertPhrases(false, "client.parseHTTPResponse(body)", "parse response", "http body");
    }

    private void assertPhrases(boolean found, String code, String... phrases) throws IOException {
        try (Directory directory = newDirectory()) {
            try (RandomIndexWriter writer = new RandomIndexWriter(random(), directory, DOCUMENTS)) {
                Document document = new Document();
                document.add(new TextField("f", code, Field.Store.NO));
                writer.addDocument(document);
                try (var reader = writer.getReader()) {
                    IndexSearcher searcher = newSearcher(reader);
                    for (String phrase : phrases) {
                        Query query = new QueryBuilder(DOCUMENTS).createPhraseQuery("f", phrase);
                        assertEquals(phrase, found ? 1 : 0, searcher.count(query));
                    }
                }
            }
        }
    }

    public void testRandomTexts() throws Exception {
        checkRandomData(random(), DOCUMENTS, 100 * RANDOM_MULTIPLIER, 20, false, false);
        checkRandomData(random(), QUESTIONS, 100 * RANDOM_MULTIPLIER, 20, false, false);
        checkRandomData(random(), DOCUMENTS, 5 * RANDOM_MULTIPLIER, 8192, false, false);
    }
}
