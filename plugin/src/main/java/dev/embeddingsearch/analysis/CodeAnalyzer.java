/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.analysis;

import java.util.Collection;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.en.KStemFilter;

/**
 * Analyzes code and text about code. Identifiers are indexed whole and in words, in lower case, lightly stemmed; Chinese,
 * Japanese and Korean in bigrams.
 */
public final class CodeAnalyzer extends Analyzer {

    private final boolean operators;
    private final IdentifierSplitting splitting;
    private final boolean stem;
    private final CharArraySet leftOut;

    /**
     * @param operators whether operators are tokens
     * @param stem whether words are stemmed; identifiers of several words never are
     * @param leftOut words that {@link CodeQuestionFilter} removes; none for documents
     */
    public CodeAnalyzer(boolean operators, IdentifierSplitting splitting, boolean stem, Collection<String> leftOut) {
        this.operators = operators;
        this.splitting = splitting;
        this.stem = stem;
        this.leftOut = CharArraySet.unmodifiableSet(new CharArraySet(leftOut, true));
    }

    @Override
    protected TokenStreamComponents createComponents(String fieldName) {
        CodeTokenizer tokenizer = new CodeTokenizer(operators);
        TokenStream stream = new CJKWidthFilter(tokenizer);
        if (!leftOut.isEmpty()) {
            stream = new CodeQuestionFilter(stream, leftOut);
        }
        stream = new CodeIdentifierFilter(stream, splitting);
        stream = new LowerCaseFilter(stream);
        stream = new CJKBigramFilter(stream);
        return new TokenStreamComponents(tokenizer, stem ? new KStemFilter(stream) : stream);
    }

    @Override
    protected TokenStream normalize(String fieldName, TokenStream in) {
        return new LowerCaseFilter(new CJKWidthFilter(in));
    }
}
