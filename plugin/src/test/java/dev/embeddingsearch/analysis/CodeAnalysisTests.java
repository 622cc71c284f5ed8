/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.analysis;

import dev.embeddingsearch.EmbeddingSearchPlugin;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.synonym.SolrSynonymParser;
import org.apache.lucene.analysis.synonym.SynonymGraphFilter;
import org.apache.lucene.analysis.synonym.SynonymMap;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.index.Index;
import org.opensearch.index.analysis.TokenFilterFactory;
import org.opensearch.test.OpenSearchTestCase;

public class CodeAnalysisTests extends OpenSearchTestCase {

    private static final String ANALYSIS = "index.analysis.";

    private List<String> terms(String analyzer, Settings.Builder settings, String text) throws IOException {
        TestAnalysis analysis = createTestAnalysis(
                new Index("code", "_na_"), settings.build(), new EmbeddingSearchPlugin(Settings.EMPTY));
        Analyzer named = analysis.indexAnalyzers.get(analyzer);
        assertNotNull(analyzer, named);
        return terms(named, text);
    }

    private static List<String> terms(Analyzer named, String text) throws IOException {
        List<String> terms = new ArrayList<>();
        try (TokenStream stream = named.tokenStream("f", text)) {
            CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
            stream.reset();
            while (stream.incrementToken()) {
                terms.add(term.toString());
            }
            stream.end();
        }
        return terms;
    }

    public void testAnalyzersWorkWithoutSettings() throws IOException {
        assertEquals(
                List.of("python", "getkeys", "get", "key", "of", "x"),
                terms("code", Settings.builder(), "python getKeys(of) += x"));
        assertEquals(
                List.of("getkeys", "get", "key", "x"),
                terms("code_search", Settings.builder(), "python getKeys(of) += x"));
    }

    public void testAnalyzersTakeParameters() throws IOException {
        Settings.Builder settings = Settings.builder()
                .put(ANALYSIS + "analyzer.mine.type", "code")
                .put(ANALYSIS + "analyzer.mine.stem", false)
                .put(ANALYSIS + "analyzer.mine.operators", true)
                .put(ANALYSIS + "analyzer.mine.originals", "none")
                .put(ANALYSIS + "analyzer.mine.split_on_numerics", false)
                .put(ANALYSIS + "analyzer.asked.type", "code_search")
                .put(ANALYSIS + "analyzer.asked.split_on_case_change", false)
                .putList(ANALYSIS + "analyzer.asked.ignored_words", "zig");
        assertEquals(List.of("get", "keys8", "+="), terms("mine", settings, "getKeys8 +="));
        assertEquals(List.of("getkey", "python"), terms("asked", settings, "Zig getKeys python"));
    }

    public void testPartsMayBeCombined() throws IOException {
        Settings.Builder settings = Settings.builder()
                .put(ANALYSIS + "analyzer.mine.type", "custom")
                .put(ANALYSIS + "analyzer.mine.tokenizer", "code")
                .putList(ANALYSIS + "analyzer.mine.filter", "code_question", "code_identifiers")
                .put(ANALYSIS + "filter.short.type", "code_identifiers")
                .put(ANALYSIS + "filter.short.originals", "none")
                .put(ANALYSIS + "filter.zig.type", "code_question")
                .putList(ANALYSIS + "filter.zig.ignored_words", "zig")
                .put(ANALYSIS + "tokenizer.all.type", "code")
                .put(ANALYSIS + "tokenizer.all.operators", true)
                .put(ANALYSIS + "analyzer.other.type", "custom")
                .put(ANALYSIS + "analyzer.other.tokenizer", "all")
                .putList(ANALYSIS + "analyzer.other.filter", "zig", "short");
        assertEquals(List.of("aB", "a", "B", "c"), terms("mine", settings, "python aB == c"));
        assertEquals(List.of("python", "a", "B", "==", "c"), terms("other", settings, "zig python aB == c"));
    }

    public void testUnknownTreatmentOfOriginalsIsRefused() {
        Settings.Builder settings = Settings.builder()
                .put(ANALYSIS + "filter.mine.type", "code_identifiers")
                .put(ANALYSIS + "filter.mine.originals", "sometimes");
        IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> terms("code", settings, "any"));
        assertEquals("[originals] expects [overlap], [apart] or [none], got [sometimes]", e.getMessage());
    }

    private static Analyzer analyzer(UnaryOperator<TokenStream> filters) {
        return new Analyzer() {
            @Override
            protected TokenStreamComponents createComponents(String field) {
                CodeTokenizer tokenizer = new CodeTokenizer(false);
                return new TokenStreamComponents(tokenizer, new LowerCaseFilter(filters.apply(tokenizer)));
            }
        };
    }

    /** Reads rules as OpenSearch has each filter before the synonyms read them. */
    public void testSynonymsStandBehindBothFilters() throws Exception {
        Settings settings = Settings.builder()
                .put(ANALYSIS + "filter.parts.type", "code_identifiers")
                .put(ANALYSIS + "filter.parts.originals", randomFrom("overlap", "apart", "none"))
                .build();
        TestAnalysis analysis =
                createTestAnalysis(new Index("code", "_na_"), settings, new EmbeddingSearchPlugin(Settings.EMPTY));
        TokenFilterFactory parts = analysis.tokenFilter.get("parts");
        TokenFilterFactory question = analysis.tokenFilter.get("code_question");
        Analyzer rules = analyzer(tokens ->
                parts.getSynonymFilter().create(question.getSynonymFilter().create(tokens)));
        SolrSynonymParser parser = new SolrSynonymParser(true, true, rules);
        parser.parse(
                new StringReader("db, database\ngetUser, fetchAccount\nsort the dict, orderMap\nk8s => kubernetes"));
        SynonymMap synonyms = parser.build();
        Analyzer analyzer =
                analyzer(tokens -> new SynonymGraphFilter(new LowerCaseFilter(parts.create(tokens)), synonyms, true));
        for (String[] asked : new String[][] {
            {"openDb", "database"},
            {"openDatabase", "db"},
            {"getUser", "fetch"},
            {"orderMap", "dict"},
            {"k8s", "kubernetes"}
        }) {
            assertTrue(asked[0], terms(analyzer, asked[0]).contains(asked[1]));
        }
    }
}
