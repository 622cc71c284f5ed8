/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.analysis;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.analysis.AbstractIndexAnalyzerProvider;
import org.opensearch.index.analysis.AbstractTokenFilterFactory;
import org.opensearch.index.analysis.AbstractTokenizerFactory;
import org.opensearch.index.analysis.AnalyzerProvider;
import org.opensearch.index.analysis.TokenFilterFactory;
import org.opensearch.index.analysis.TokenizerFactory;
import org.opensearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** Registers the analysis components of this package, and reads their parameters from index settings. */
public final class CodeAnalysis {

    static final String CODE = "code";
    static final String CODE_SEARCH = "code_search";
    static final String IDENTIFIERS = "code_identifiers";
    static final String QUESTION = "code_question";

    private CodeAnalysis() {}

    /** The names of all components, which index settings and mappings may use. */
    public static Set<String> names() {
        return Set.of(CODE, CODE_SEARCH, IDENTIFIERS, QUESTION);
    }

    public static Map<String, AnalysisProvider<TokenizerFactory>> tokenizers() {
        return Map.of(CODE, (index, environment, name, settings) -> new CodeTokenizerFactory(index, name, settings));
    }

    public static Map<String, AnalysisProvider<TokenFilterFactory>> tokenFilters() {
        return Map.of(
                IDENTIFIERS, (index, environment, name, settings) -> new IdentifierFactory(index, name, settings),
                QUESTION, (index, environment, name, settings) -> new QuestionFactory(index, name, settings));
    }

    public static Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> analyzers() {
        return Map.of(
                CODE,
                (index, environment, name, settings) ->
                        new Provider(index, name, settings, analyzer(settings, Originals.OVERLAP, List.of())),
                CODE_SEARCH,
                (index, environment, name, settings) ->
                        new Provider(index, name, settings, analyzer(settings, Originals.APART, ignored(settings))));
    }

    private static CodeAnalyzer analyzer(Settings settings, Originals originals, List<String> ignored) {
        return new CodeAnalyzer(
                operators(settings), splitting(settings, originals), settings.getAsBoolean("stem", true), ignored);
    }

    private static boolean operators(Settings settings) {
        return settings.getAsBoolean("operators", false);
    }

    private static List<String> ignored(Settings settings) {
        return settings.getAsList("ignored_words", CodeQuestionFilter.DEFAULT_WORDS);
    }

    private static IdentifierSplitting splitting(Settings settings, Originals usual) {
        return new IdentifierSplitting(
                originals(settings.get("originals"), usual),
                settings.getAsBoolean("split_on_case_change", true),
                settings.getAsBoolean("split_on_numerics", true));
    }

    private static Originals originals(String value, Originals usual) {
        if (value == null) {
            return usual;
        }
        return Arrays.stream(Originals.values())
                .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "[originals] expects [overlap], [apart] or [none], got [" + value + "]"));
    }

    private static final class CodeTokenizerFactory extends AbstractTokenizerFactory {

        private final boolean operators;

        CodeTokenizerFactory(IndexSettings index, String name, Settings settings) {
            super(index, settings, name);
            operators = operators(settings);
        }

        @Override
        public Tokenizer create() {
            return new CodeTokenizer(operators);
        }
    }

    private static final class IdentifierFactory extends AbstractTokenFilterFactory {

        private final IdentifierSplitting splitting;

        IdentifierFactory(IndexSettings index, String name, Settings settings) {
            super(index, name, settings);
            splitting = splitting(settings, Originals.OVERLAP);
        }

        @Override
        public TokenStream create(TokenStream input) {
            return new CodeIdentifierFilter(input, splitting);
        }

        /** For synonym rules, which must be sequences of words: identifiers are split without keeping the original. */
        @Override
        public TokenFilterFactory getSynonymFilter() {
            return new ForSynonyms(name(), input -> new CodeIdentifierFilter(input, splitting.withoutOriginals()));
        }
    }

    /** The variant of a filter that analyzes the rules of synonym filters behind it. */
    private record ForSynonyms(String name, UnaryOperator<TokenStream> filter) implements TokenFilterFactory {

        @Override
        public TokenStream create(TokenStream input) {
            return filter.apply(input);
        }
    }

    private static final class QuestionFactory extends AbstractTokenFilterFactory {

        private final CharArraySet ignored;

        QuestionFactory(IndexSettings index, String name, Settings settings) {
            super(index, name, settings);
            ignored = CharArraySet.unmodifiableSet(new CharArraySet(ignored(settings), true));
        }

        @Override
        public TokenStream create(TokenStream input) {
            return new CodeQuestionFilter(input, ignored);
        }

        /** For synonym rules, which must not lose words: nothing is left out. */
        @Override
        public TokenFilterFactory getSynonymFilter() {
            return IDENTITY_FILTER;
        }
    }

    private static final class Provider extends AbstractIndexAnalyzerProvider<CodeAnalyzer> {

        private final CodeAnalyzer analyzer;

        Provider(IndexSettings index, String name, Settings settings, CodeAnalyzer analyzer) {
            super(index, name, settings);
            this.analyzer = analyzer;
        }

        @Override
        public CodeAnalyzer get() {
            return analyzer;
        }
    }
}
